import type { Credential, PinMatch } from '@holdfast/client-registry';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ClientRow } from './client.row.js';
import { TrustAnchorRow } from './trust-anchor.row.js';
import { VersionedRow } from './versioned.row.js';

/**
 * A credential repeats its client's partner and its anchor's key, kept right by the foreign keys, so that two things
 * are the database's to guarantee: an anchor vouches for clients of its own partner only, and a name under one anchor
 * *key* belongs to one client even if several partners registered that authority (decisions 23).
 */
@Entity('credential')
@Check(
  'credential_complete',
  `CASE kind
    WHEN 'certificate' THEN num_nonnulls(certificate, thumbprint, key_thumbprint) = 3
      AND pin_match IS NOT NULL AND pin_match IN ('certificate', 'public-key')
      AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 0
    WHEN 'jwks_uri' THEN value IS NOT NULL AND num_nonnulls(anchor_id, anchor_key, canonical) = 0
      AND num_nonnulls(certificate, thumbprint, key_thumbprint, pin_match) = 0
    ELSE kind IN ('subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email')
      AND num_nonnulls(anchor_id, anchor_key, value, canonical) = 4
      AND num_nonnulls(certificate, thumbprint, key_thumbprint, pin_match) = 0
  END`,
)
@ForeignKey(() => ClientRow, ['clientId', 'partnerId'], ['id', 'partnerId'], {
  name: 'credential_client_fkey',
})
@ForeignKey(
  () => TrustAnchorRow,
  ['anchorId', 'partnerId', 'anchorKey'],
  ['id', 'partnerId', 'keyThumbprint'],
  { name: 'credential_anchor_fkey' },
)
@Index('credential_thumbprint_taken', ['thumbprint'], { unique: true, where: 'deleted_at IS NULL' })
@Index('credential_key_taken', ['keyThumbprint'], {
  unique: true,
  where: "deleted_at IS NULL AND pin_match = 'public-key'",
})
@Index('credential_name_taken', ['anchorKey', 'kind', 'canonical'], {
  unique: true,
  where: 'deleted_at IS NULL',
})
@Index('credential_one_key_set', ['clientId'], {
  unique: true,
  where: "deleted_at IS NULL AND kind = 'jwks_uri'",
})
@Index('credential_by_key', ['keyThumbprint'])
@Index('credential_by_client', ['clientId'])
@Index('credential_by_version', ['version'])
export class CredentialRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'credential_pkey' })
  id!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Column('text')
  kind!: Credential['kind'];

  @Column('text', { name: 'anchor_id', nullable: true })
  anchorId!: string | null;

  @Column('text', { name: 'anchor_key', nullable: true })
  anchorKey!: string | null;

  @Column('text', { nullable: true })
  value!: string | null;

  @Column('text', { nullable: true })
  canonical!: string | null;

  @Column('bytea', { nullable: true })
  certificate!: Buffer | null;

  @Column('text', { nullable: true })
  thumbprint!: string | null;

  @Column('text', { name: 'pin_match', nullable: true })
  pinMatch!: PinMatch | null;

  @Column('text', { name: 'key_thumbprint', nullable: true })
  keyThumbprint!: string | null;
}
