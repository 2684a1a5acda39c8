import type { DenyEntry } from '@holdfast/oauth-protocol';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { VersionedRow } from './versioned.row.js';

/** What no longer counts although a token says so, as the deny feed tells it. */
@Entity('deny_entry')
@Index('deny_entry_by_version', ['version'])
@Index('deny_entry_by_end', ['expiresAt'])
export class DenyEntryRow extends VersionedRow {
  /** What is denied, where that can be denied once only; else a made id. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'deny_entry_pkey' })
  id!: string;

  /** Without id and end. */
  @Column('jsonb')
  denied!: Omit<DenyEntry, 'id' | 'expires_at'>;

  @Column('timestamptz', { name: 'denied_at' })
  deniedAt!: Date;

  /** When no token that is meant can be alive any more; null: until it is taken back. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** The actor of the write; null: not known. */
  @Column('text', { name: 'denied_by', nullable: true })
  deniedBy!: string | null;

  /** Why, if somebody said so. */
  @Column('text', { nullable: true })
  note!: string | null;
}
