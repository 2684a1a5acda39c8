import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT } from './versioned.row.js';

/** One row: the registry's version, and the lock that every write takes first (decisions 16). */
@Entity('registry_version')
@Check('registry_version_single_row', 'id')
export class RegistryVersionRow {
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'registry_version_pkey', default: true })
  id!: true;

  @Column('bigint', { transformer: BIGINT })
  v!: bigint;
}
