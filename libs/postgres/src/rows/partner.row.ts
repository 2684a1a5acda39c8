import type { Status } from '@holdfast/client-registry';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { VersionedRow } from './versioned.row.js';

/** Ids are never reused: a tombstone keeps its id, so that old audit events stay unambiguous. */
@Entity('partner')
@Check('partner_status_known', `status IN ('active', 'suspended')`)
@Index('partner_by_version', ['version'])
export class PartnerRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'partner_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: Status;
}
