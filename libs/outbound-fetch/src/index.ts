export { isPublicAddress } from './public-address.js';
export { parseOutboundUrl, type OutboundRule, type OutboundUrl } from './outbound-url.js';
export {
  FETCH_LIMITS,
  OutboundFetch,
  type FetchLimits,
  type FetchOutcome,
  type OutboundFetchOptions,
  type OutboundRequest,
} from './outbound-fetch.js';
export type { RequestBody } from './exchange.js';
export { OUTBOUND_REFUSALS, type NotFetched, type OutboundRefusal } from './refusal.js';
export type { HostAddress, Resolver } from './resolve-host.js';
