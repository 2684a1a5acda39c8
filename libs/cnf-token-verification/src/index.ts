export { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithms.js';
export { DenyFeedStale, type DenyFeed } from './deny-feed.js';
export {
  DenyEventInvalid,
  DenyFeedState,
  reasonFor,
  type FollowedIssuer,
  type Taken,
} from './deny-feed-state.js';
export { KeysUnavailable } from './key-source.js';
export { KeySetInvalid } from './key-set.js';
export { PolicyInvalid, TokenPolicy, type TokenPolicyInput } from './policy.js';
export type { SecureFetch, VerifierPorts } from './ports.js';
export { createTokenVerifier, type TokenVerifier, type VerdictCounts } from './token-verifier.js';
export type { DenyReason, TokenOutage, TokenRejection, TokenVerdict, VerifiedAccess } from './verdict.js';
