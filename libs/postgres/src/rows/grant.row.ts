import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientRow } from './client.row.js';
import { ResourceRow } from './resource.row.js';
import { VersionedRow } from './versioned.row.js';

/** `grant` is a reserved word of SQL. */
@Entity('access_grant')
@ForeignKey(() => ClientRow, ['clientId'], ['id'], { name: 'access_grant_client_fkey' })
@ForeignKey(() => ResourceRow, ['audience'], ['audience'], { name: 'access_grant_resource_fkey' })
@Index('access_grant_taken', ['clientId', 'audience'], { unique: true, where: 'deleted_at IS NULL' })
@Index('access_grant_by_audience', ['audience'])
@Index('access_grant_by_version', ['version'])
export class GrantRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'access_grant_pkey' })
  id!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('text')
  audience!: string;

  @Column('text', { array: true })
  scopes!: string[];
}
