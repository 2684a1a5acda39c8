export { mutualTlsOptions } from '@holdfast/certificate-source';
export { AccessRefused } from './access-refused.js';
export { readBearerToken, type TokenCarrier } from './bearer-token.js';
export { accessFor } from './caller.js';
export { BEARER_ERROR, toAnswer, toChallenge, type Answer, type Challenge } from './challenge.js';
export {
  ResourceGuard,
  type AccessDecision,
  type GuardedRequest,
  type GuardOptions,
  type RouteAccess,
} from './resource-guard.js';
export { DenyFeedFollower, type DenyFeedAddress } from './deny-feed-follower.js';
export { systemPorts, type IssuerTls } from './system-ports.js';
