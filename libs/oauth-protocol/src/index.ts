export { DENY_EVENT_TYPE, DENY_FEED_SCOPE, type DenyEvent } from './deny-event.js';
export { DenyList, type DeniedAccess, type DenyEntry, type TokenFacts } from './deny-list.js';
export { OAuthError, type OAuthErrorCode, type RefusalDetail } from './oauth-error.js';
export {
  REASONS,
  type AccessRejection,
  type Outage,
  type Reason,
  type ReasonEntry,
  type RequestRefusal,
  type UpstreamFailure,
  type TokenDenial,
} from './reasons.js';
export { isResourceIndicator } from './resource-indicator.js';
export { ServiceUnavailable } from './service-unavailable.js';
export { isScopeToken, parseScope } from './scope.js';
export {
  isClientId,
  type ClientId,
  type TokenQuestion,
  type TokenRequest,
  type TokenResponse,
} from './token-request.js';
export {
  isPublished,
  KEY_PURPOSES,
  LONGEST_TOKEN_LIFE,
  scheduleOf,
  type KeyPurpose,
  type SigningKeyFacts,
  type SigningKeySchedule,
  type SigningKeyState,
  type WantedKey,
} from './signing-key-schedule.js';
