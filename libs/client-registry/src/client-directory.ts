import type { ClientId, DenyList } from '@holdfast/oauth-protocol';
import type { Client } from './client.js';

/** Where a decision finds clients. Answers from memory: no I/O on the path of a request. */
export interface ClientDirectory {
  findById(id: ClientId): Client | undefined;
  /** The partner that provides the API with this audience. */
  providerOf(audience: string): string | undefined;
  /** What no longer counts although a token says so. */
  readonly denyList: Pick<DenyList, 'find' | 'blocks'>;
  /**
   * Milliseconds since the start of the last read that confirmed this state of the registry, by a monotonic clock;
   * `Infinity` before the first. A change acknowledged to an administrator may be unknown here for this long.
   */
  ageMs(): number;
}
