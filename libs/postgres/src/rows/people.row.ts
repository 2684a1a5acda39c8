import type { Account, SignInMethod } from '@holdfast/people';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

@Entity('account')
@Check('account_role_known', `role IN ('owner')`)
@Index('account_name_taken', ['name'], { unique: true })
export class AccountRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'account_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: Account['role'];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

@Entity('setup_link')
@ForeignKey(() => AccountRow, ['accountId'], ['id'], { name: 'setup_link_account_fkey' })
@Index('setup_link_by_account', ['accountId'])
export class SetupLinkRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'setup_link_pkey' })
  digest!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  /** Set: used, or replaced by a later link. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

@Entity('passkey')
@ForeignKey(() => AccountRow, ['accountId'], ['id'], { name: 'passkey_account_fkey' })
@Index('passkey_by_account', ['accountId'])
export class PasskeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'passkey_pkey' })
  id!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  name!: string;

  @Column('bytea', { name: 'public_key' })
  publicKey!: Buffer;

  /** 32 bits without sign, so a number holds it. */
  @Column('bigint', { transformer: { to: (value: unknown) => value, from: Number } })
  counter!: number;

  @Column('text', { array: true })
  transports!: string[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}

@Entity('person_session')
@Check('person_session_via_known', `via IN ('link', 'passkey')`)
@ForeignKey(() => AccountRow, ['accountId'], ['id'], { name: 'person_session_account_fkey' })
@Index('person_session_by_account', ['accountId'])
export class SessionRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'person_session_pkey' })
  digest!: string;

  @Column('text', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  via!: SignInMethod;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}

@Entity('passkey_challenge')
@ForeignKey(() => AccountRow, ['accountId'], ['id'], { name: 'passkey_challenge_account_fkey' })
@Index('passkey_challenge_by_expiry', ['expiresAt'])
export class ChallengeRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'passkey_challenge_pkey' })
  digest!: string;

  /** Null: of a sign-in, before anybody is known. */
  @Column('text', { name: 'account_id', nullable: true })
  accountId!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
