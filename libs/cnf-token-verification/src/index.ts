export { createKeySet, KeysUnavailable, type KeySet, type KeySetOptions } from './key-set.js';
export {
  verifyBoundToken,
  type TokenPolicy,
  type TokenRejection,
  type TokenVerdict,
  type VerifiedAccess,
} from './verify-bound-token.js';
