export {
  AUDIT_KINDS,
  type AuditEvent,
  type AuditKind,
  type AuditValue,
  type UnprovenRefusal,
} from './audit-event.js';
export { AuditUnavailable, type AuditTrail } from './audit-trail.js';
export {
  chainEvent,
  emptyStream,
  verifyStream,
  type ChainHead,
  type ChainedEvent,
  type StreamVerdict,
} from './hash-chain.js';
export { RefusalThrottle, type SuppressedRefusals } from './refusal-throttle.js';
