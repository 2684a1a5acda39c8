import { DENIALS_AT_ONCE, type EndedDenials } from '@holdfast/postgres';
import type { JobKind } from './job-queue.js';

/** There is one task at most: all that has ended. */
type Cleanup = Readonly<Record<string, never>>;

/** Deletes entries of the deny list that have ended, about once an hour where there are any. */
export class EndedDenialsCleanup implements JobKind<Cleanup> {
  readonly name = 'ended-denials-cleanup';
  readonly concurrency = 1;
  readonly expireInSeconds = 300;

  constructor(
    private readonly denials: Pick<EndedDenials, 'areDue' | 'deleteSome'>,
    private readonly onDeleted: (count: number) => void,
  ) {}

  async findDue(): Promise<readonly Cleanup[]> {
    return (await this.denials.areDue()) ? [{}] : [];
  }

  async perform(): Promise<void> {
    let deleted: number;
    do {
      deleted = await this.denials.deleteSome();
      if (deleted > 0) this.onDeleted(deleted);
    } while (deleted === DENIALS_AT_ONCE);
  }
}
