import type { SealedSigningKey } from '@holdfast/signing-keys';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('signing_key')
@Check('signing_key_status_known', `status IN ('active', 'retired')`)
@Check('signing_key_alg_known', `alg IN ('ES256')`)
@Check('signing_key_purpose_known', `purpose IN ('access_token', 'deny_feed')`)
@Index('signing_key_one_active', ['purpose'], { unique: true, where: `status = 'active'` })
export class SigningKeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_key_pkey' })
  kid!: string;

  @Column('text')
  alg!: SealedSigningKey['alg'];

  @Column('text')
  purpose!: SealedSigningKey['purpose'];

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: SealedSigningKey['publicJwk'];

  @Column('bytea')
  sealed!: Buffer;

  @Column('text')
  status!: SealedSigningKey['status'];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
