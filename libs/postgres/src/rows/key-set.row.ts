import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientRow } from './client.row.js';
import { CredentialRow } from './credential.row.js';
import { VersionedRow } from './versioned.row.js';

/** What was fetched from a `jwks_uri`; its id is the credential's. */
@Entity('key_set')
@ForeignKey(() => CredentialRow, ['id'], ['id'], { name: 'key_set_credential_fkey' })
@ForeignKey(() => ClientRow, ['clientId'], ['id'], { name: 'key_set_client_fkey' })
@Index('key_set_by_version', ['version'])
export class KeySetRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_set_pkey' })
  id!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('bytea', { array: true })
  certificates!: Buffer[];

  @Column('timestamptz', { name: 'fetched_at' })
  fetchedAt!: Date;

  @Column('timestamptz', { name: 'fresh_until' })
  freshUntil!: Date;
}

/** When a `jwks_uri` is fetched next, and how that went last. Not replicated. */
@Entity('key_set_source')
@ForeignKey(() => CredentialRow, ['credentialId'], ['id'], { name: 'key_set_source_credential_fkey' })
@Index('key_set_source_by_due', ['nextDue'])
export class KeySetSourceRow {
  @PrimaryColumn('text', { name: 'credential_id', primaryKeyConstraintName: 'key_set_source_pkey' })
  credentialId!: string;

  @Column('timestamptz', { name: 'next_due', default: () => 'now()' })
  nextDue!: Date;

  @Column('timestamptz', { name: 'last_attempt', nullable: true })
  lastAttempt!: Date | null;

  @Column('timestamptz', { name: 'last_success', nullable: true })
  lastSuccess!: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
