import type { AuthMethod, Status } from '@holdfast/client-registry';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { PartnerRow } from './partner.row.js';
import { VersionedRow } from './versioned.row.js';

/** Ids are never reused: tokens, logs and audit events of a removed client must not point at a new one. */
@Entity('client')
@Check('client_status_known', `status IN ('active', 'suspended')`)
@Check('client_auth_method_known', `auth_method IN ('tls_client_auth', 'self_signed_tls_client_auth')`)
@ForeignKey(() => PartnerRow, ['partnerId'], ['id'], { name: 'client_partner_fkey' })
@Unique('client_of_partner', ['id', 'partnerId'])
@Index('client_by_partner', ['partnerId'])
@Index('client_by_version', ['version'])
export class ClientRow extends VersionedRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'client_pkey' })
  id!: string;

  @Column('text', { name: 'partner_id' })
  partnerId!: string;

  @Column('text', { name: 'auth_method' })
  authMethod!: AuthMethod;

  @Column('text')
  status!: Status;
}
