import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientRow } from './client.row.js';
import { CredentialRow } from './credential.row.js';
import { SourceRow } from './source.row.js';
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

/** A `jwks_uri`, and how fetching from it goes. */
@Entity('key_set_source')
@ForeignKey(() => CredentialRow, ['credentialId'], ['id'], { name: 'key_set_source_credential_fkey' })
@Index('key_set_source_by_due', ['nextDue'])
export class KeySetSourceRow extends SourceRow {
  @PrimaryColumn('text', { name: 'credential_id', primaryKeyConstraintName: 'key_set_source_pkey' })
  credentialId!: string;
}
