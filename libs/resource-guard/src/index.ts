export { AccessRefused } from './access-refused.js';
export { readBearerToken, type TokenCarrier } from './bearer-token.js';
export { BoundTokenGuard } from './bound-token-guard.js';
export { BEARER_ERROR, toChallenge, type Challenge } from './challenge.js';
export { Access, accessFor, Public, RequireScopes, ROUTE_ACCESS, type RouteAccess } from './decorators.js';
