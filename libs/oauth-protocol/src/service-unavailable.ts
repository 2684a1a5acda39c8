import type { Outage } from './reasons.js';

/** We cannot answer at the moment: 503 with Retry-After, never a refusal of the caller (a fault of ours). */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';

  constructor(
    readonly outage: Outage,
    readonly retryAfterSeconds: number,
    cause?: unknown,
  ) {
    super(outage, { cause });
  }
}
