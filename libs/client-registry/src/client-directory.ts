import type { ClientId } from '@holdfast/oauth-protocol';
import type { Client } from './client.js';

/** Where a decision finds clients. Answers from memory: no I/O on the path of a request. */
export interface ClientDirectory {
  findById(id: ClientId): Client | undefined;
  /**
   * Milliseconds since the start of the last read that confirmed this state of the registry, by a monotonic clock;
   * `Infinity` before the first. A change acknowledged to an administrator may be unknown here for this long.
   */
  ageMs(): number;
}
