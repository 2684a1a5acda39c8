export { parseNewAnchor, parseNewCredentials, type CredentialInput } from './registration.js';
export type { InputField, NameField, Registration, RegistrationProblem } from './registration-problem.js';
export { parseNewRevocationList } from './revocation-list.js';
export { parseServerAuthUntil } from './server-auth-exception.js';
export { freshUntilOf, parseFetchedKeySet, renewsKeySet } from './fetched-key-set.js';
export { toPin } from './pinned-certificates.js';
export type { JsonWebKey, JsonWebKeySet } from './json-web-key-set.js';
export type { ClientDirectory } from './client-directory.js';
export {
  Client,
  type AnchoredName,
  type Authorization,
  type ClientAuthentication,
  type FetchedKeySet,
  type GrantedScopes,
  type RegisteredAnchor,
} from './client.js';
export {
  AUTH_METHODS,
  PIN_MATCHES,
  REVOCATION_MODES,
  type AuthMethod,
  type ClientEntry,
  type Credential,
  type Grant,
  type KeySetCredential,
  type KeySetEntry,
  type KeySetSourceEntry,
  type NameCredential,
  type OcspResponseEntry,
  type Partner,
  type PinMatch,
  type PinnedCredential,
  type RegistryEntities,
  type RegistryKind,
  type Resource,
  type RevocationListEntry,
  type RevocationSourceEntry,
  type RevocationMode,
  type Status,
  type TrustAnchorEntry,
} from './entities.js';
export type {
  Actor,
  CertificateTraits,
  NewClient,
  NewCredential,
  NewKeySet,
  NewKeySetCredential,
  NewNameCredential,
  NewOcspResponse,
  NewPinnedCredential,
  NewRevocationList,
  OwnedCredential,
  Page,
  Precondition,
  RegistryAdministration,
  WriteRefusal,
  Written,
} from './registry-administration.js';
export type { KeyRotation, SigningKeyAdministration } from './signing-key-administration.js';
export type { DenyAdministration, DeniedEntry } from './deny-administration.js';
export { parseAnchor, parseStoredList, parseStoredResponse, type ParsedAnchor } from './registered-anchor.js';
export type { RegistryFeed } from './registry-feed.js';
export { RegistryReplica, type RegistryChange, type RegistryDelta } from './registry-replica.js';
