import type { RevocationMode, Status } from '@holdfast/client-registry';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { PartnerRow } from './partner.row.js';
import { VersionedRow } from './versioned.row.js';

@Entity('trust_anchor')
@ForeignKey(() => PartnerRow, ['partnerId'], ['id'], { name: 'trust_anchor_partner_fkey' })
@Check('trust_anchor_revocation_known', `revocation IN ('off', 'soft', 'hard')`)
@Check('trust_anchor_status_known', `status IN ('active', 'suspended')`)
@Unique('trust_anchor_key_of_partner', ['id', 'partnerId', 'keyThumbprint'])
@Index('trust_anchor_key_taken', ['partnerId', 'keyThumbprint'], {
  unique: true,
  where: 'deleted_at IS NULL',
})
@Index('trust_anchor_by_version', ['version'])
export class TrustAnchorRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'trust_anchor_pkey' })
  id!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Column('bytea')
  certificate!: Buffer;

  @Column('text', { name: 'key_thumbprint' })
  keyThumbprint!: string;

  @Column('bytea', { array: true })
  intermediates!: Buffer[];

  @Column('text')
  revocation!: RevocationMode;

  @Column('timestamptz', { name: 'server_auth_until', nullable: true })
  serverAuthUntil!: Date | null;

  @Column('text')
  status!: Status;
}
