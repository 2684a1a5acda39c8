import { Column } from 'typeorm';

/** bigint columns arrive as text. */
export const BIGINT = { to: (value: unknown) => value, from: (text: string) => BigInt(text) };

/** A row that replicas take over: its version is that of the write that changed it last (decisions 16). */
export abstract class VersionedRow {
  @Column('bigint', { transformer: BIGINT })
  version!: bigint;

  /** Set: a tombstone, kept so that replicas hear of the removal. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
