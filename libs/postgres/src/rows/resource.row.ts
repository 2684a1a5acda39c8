import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { PartnerRow } from './partner.row.js';
import { VersionedRow } from './versioned.row.js';

@Entity('resource')
@ForeignKey(() => PartnerRow, ['partnerId'], ['id'], { name: 'resource_partner_fkey' })
@Index('resource_by_version', ['version'])
export class ResourceRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'resource_pkey' })
  audience!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Column('text', { array: true })
  scopes!: string[];
}
