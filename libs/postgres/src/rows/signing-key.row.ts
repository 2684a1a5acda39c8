import type { KeyPurpose } from '@holdfast/oauth-protocol';
import type { SealedSigningKey } from '@holdfast/signing-keys';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** Signing keys of one purpose succeed one another: each has one successor at most. */
@Entity('signing_key')
@Check('signing_key_alg_known', `alg IN ('ES256')`)
@Check('signing_key_purpose_known', `purpose IN ('access_token', 'deny_feed')`)
@Unique('signing_key_of_purpose', ['kid', 'purpose'])
@ForeignKey(() => SigningKeyRow, ['replaces', 'purpose'], ['kid', 'purpose'], {
  name: 'signing_key_replaces_fkey',
})
@Index('signing_key_one_first', ['purpose'], { unique: true, where: 'replaces IS NULL' })
@Index('signing_key_one_successor', ['replaces'], { unique: true })
export class SigningKeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_key_pkey' })
  kid!: string;

  @Column('text')
  alg!: SealedSigningKey['alg'];

  @Column('text')
  purpose!: KeyPurpose;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: SealedSigningKey['publicJwk'];

  @Column('bytea')
  sealed!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'activates_at' })
  activatesAt!: Date;

  @Column('text', { nullable: true })
  replaces!: string | null;

  @Column('timestamptz', { name: 'replace_at', nullable: true })
  replaceAt!: Date | null;

  @Column('timestamptz', { name: 'withdrawn_at', nullable: true })
  withdrawnAt!: Date | null;
}

/** Without the private half, which only the token service may read. */
export function toSigningKeyFacts(row: Omit<SigningKeyRow, 'sealed'>) {
  const { kid, purpose, createdAt, activatesAt, replaces, replaceAt, withdrawnAt } = row;
  return {
    kid,
    purpose,
    createdAt,
    activatesAt,
    replaces: replaces ?? undefined,
    replaceAt: replaceAt ?? undefined,
    withdrawnAt: withdrawnAt ?? undefined,
  };
}
