import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TrustAnchorRow } from './trust-anchor.row.js';
import { SourceRow } from './source.row.js';
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

/** What a responder said about one certificate under an anchor, as it was verified when it came. */
@Entity('ocsp_response')
@Check('ocsp_response_status_known', `status IN ('good', 'revoked')`)
@ForeignKey(() => TrustAnchorRow, ['anchorId'], ['id'], { name: 'ocsp_response_anchor_fkey' })
@Index('ocsp_response_of_source', ['anchorId', 'source', 'certificate'], {
  unique: true,
  where: 'deleted_at IS NULL',
})
@Index('ocsp_response_by_version', ['version'])
export class OcspResponseRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'ocsp_response_pkey' })
  id!: string;

  @Column('text', { name: 'anchor_id' })
  anchorId!: string;

  /** The URL of the responder. */
  @Column('text')
  source!: string;

  /** Thumbprint, SHA-256, base64url. */
  @Column('text')
  certificate!: string;

  @Column('bytea')
  der!: Buffer;

  @Column('text')
  status!: 'good' | 'revoked';

  @Column('timestamptz', { name: 'produced_at' })
  producedAt!: Date;

  @Column('timestamptz', { name: 'fresh_until', nullable: true })
  freshUntil!: Date | null;

  @Column('timestamptz', { name: 'stored_at' })
  storedAt!: Date;
}

/** Where the status of certificates under an anchor is published, and how fetching it goes. */
@Entity('revocation_source')
@Check(
  'revocation_source_complete',
  `CASE WHEN about = '' THEN num_nonnulls(certificate, issuer, ends_at) = 0 ELSE num_nulls(certificate, issuer, ends_at) = 0 END`,
)
@ForeignKey(() => TrustAnchorRow, ['anchorId'], ['id'], { name: 'revocation_source_anchor_fkey' })
@Index('revocation_source_by_due', ['nextDue'])
export class RevocationSourceRow extends SourceRow {
  @PrimaryColumn('text', { name: 'anchor_id', primaryKeyConstraintName: 'revocation_source_pkey' })
  anchorId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'revocation_source_pkey' })
  url!: string;

  /** Thumbprint of the certificate that a responder is asked about; empty for a CRL. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revocation_source_pkey', default: '' })
  about!: string;

  /** DER of that certificate. */
  @Column('bytea', { nullable: true })
  certificate!: Buffer | null;

  /** DER of the certificate on the verified path that has issued it. */
  @Column('bytea', { nullable: true })
  issuer!: Buffer | null;

  /** When that certificate ends: nobody is asked about it any more. */
  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt!: Date | null;

  @Column('timestamptz', { name: 'first_seen', default: () => 'now()' })
  firstSeen!: Date;
}
