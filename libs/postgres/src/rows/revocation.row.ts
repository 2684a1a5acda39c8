import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TrustAnchorRow } from './trust-anchor.row.js';
import { VersionedRow } from './versioned.row.js';

/** A CRL at hand for an anchor, one for each source. */
@Entity('revocation_list')
@ForeignKey(() => TrustAnchorRow, ['anchorId'], ['id'], { name: 'revocation_list_anchor_fkey' })
@Index('revocation_list_of_source', ['anchorId', 'source'], { unique: true, where: 'deleted_at IS NULL' })
@Index('revocation_list_by_version', ['version'])
export class RevocationListRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revocation_list_pkey' })
  id!: string;

  @Column('text', { name: 'anchor_id' })
  anchorId!: string;

  /** The URL, or `upload` and what tells uploads apart. */
  @Column('text')
  source!: string;

  @Column('bytea')
  der!: Buffer;

  @Column('timestamptz', { name: 'this_update' })
  thisUpdate!: Date;

  @Column('timestamptz', { name: 'next_update', nullable: true })
  nextUpdate!: Date | null;

  @Column('timestamptz', { name: 'stored_at' })
  storedAt!: Date;
}

/** Where CRLs of an anchor are published, and how fetching them goes. */
@Entity('revocation_source')
@ForeignKey(() => TrustAnchorRow, ['anchorId'], ['id'], { name: 'revocation_source_anchor_fkey' })
@Index('revocation_source_by_due', ['nextDue'])
export class RevocationSourceRow {
  @PrimaryColumn('text', { name: 'anchor_id', primaryKeyConstraintName: 'revocation_source_pkey' })
  anchorId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'revocation_source_pkey' })
  url!: string;

  @Column('timestamptz', { name: 'first_seen', default: () => 'now()' })
  firstSeen!: Date;

  @Column('timestamptz', { name: 'next_due', default: () => 'now()' })
  nextDue!: Date;

  @Column('timestamptz', { name: 'last_attempt', nullable: true })
  lastAttempt!: Date | null;

  @Column('timestamptz', { name: 'last_success', nullable: true })
  lastSuccess!: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
