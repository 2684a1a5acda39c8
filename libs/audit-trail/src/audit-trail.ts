import type { AuditEvent, UnprovenRefusal } from './audit-event.js';

/** Where decisions are recorded. The answer to a decision leaves only after `record` has resolved. */
export interface AuditTrail {
  /** Resolves when the event is durable: it survives a `kill -9` of this process and of the database. */
  record(event: AuditEvent): Promise<void>;
  /** Counts a refusal of somebody unproven. Neither waits nor throws. */
  count(refusal: UnprovenRefusal): void;
}

/** The event could not be made durable: the decision must not take effect. A fault of ours, never a refusal. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
}
