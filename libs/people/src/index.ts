export { AttemptLimit } from './attempt-limit.js';
export type {
  Account,
  Challenge,
  Passkey,
  PeopleActor,
  Session,
  SetupLink,
  SignInMethod,
} from './entities.js';
export {
  hasOwnerWithPasskey,
  inviteOwner,
  LINK_LIFETIME_MS,
  recoverOwner,
  type LinkVerdict,
} from './owners.js';
export { Passkeys, type AddedPasskey } from './passkeys.js';
export type {
  AccountSummary,
  NewSession,
  OpenSession,
  OwnedPasskey,
  PeopleStore,
  Removal,
} from './people-store.js';
export { newSecret, parseSecret, type Secret } from './secret.js';
export { SESSION_LIMITS, validateSession, type SessionVerdict } from './session.js';
export { SignIn, type Opened } from './sign-in.js';
export { SIGN_IN_REFUSALS, SignInRefused, type SignInRefusal } from './sign-in-refused.js';
