export { createPartnerClient, type PartnerClient } from './partner-client.js';
export type { Clock, PartnerClientOptions } from './options.js';
export type { CallInit } from './connection.js';
export type { Token, TokenWish } from './token-request.js';
export {
  CallNotAllowed,
  PartnerClientError,
  ServiceUnavailable,
  TlsFailure,
  TokenRefused,
  UnexpectedAnswer,
  type TlsFailureCode,
} from './errors.js';
export {
  explainConnectionFailure,
  type ConnectionFailure,
  type ConnectionFailureCode,
} from './connection-failure.js';
