export {
  parseNewAnchor,
  parseNewCredential,
  type CredentialInput,
  type NameField,
  type Registration,
  type RegistrationProblem,
} from './registration.js';
export type { ClientDirectory } from './client-directory.js';
export {
  Client,
  type AnchoredName,
  type Authorization,
  type ClientAuthentication,
  type GrantedScopes,
  type RegisteredAnchor,
} from './client.js';
export {
  AUTH_METHODS,
  type AuthMethod,
  type ClientEntry,
  type Credential,
  type Grant,
  type NameCredential,
  type Partner,
  type PinnedCredential,
  type RegistryEntities,
  type RegistryKind,
  type Resource,
  type Status,
  type TrustAnchorEntry,
} from './entities.js';
export type {
  Actor,
  NewClient,
  NewCredential,
  Page,
  Precondition,
  RegistryAdministration,
  WriteRefusal,
  Written,
} from './registry-administration.js';
export type { RegistryFeed } from './registry-feed.js';
export { RegistryReplica, type RegistryChange, type RegistryDelta } from './registry-replica.js';
