import { Column } from 'typeorm';

/** Something to be fetched now and then: when next, and how that went last. Not replicated. */
export abstract class SourceRow {
  @Column('timestamptz', { name: 'next_due', default: () => 'now()' })
  nextDue!: Date;

  @Column('timestamptz', { name: 'last_attempt', nullable: true })
  lastAttempt!: Date | null;

  @Column('timestamptz', { name: 'last_success', nullable: true })
  lastSuccess!: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
