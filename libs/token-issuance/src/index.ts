export { judgeAcceptance, type Acceptance } from './acceptance.js';
export type { AccessTokenClaims, AccessTokenSigner, IssuedToken } from './access-token.js';
export {
  AuthenticateClient,
  denied,
  isDenied,
  type AuthenticatedClient,
  type AuthenticationPolicy,
  type Denial,
  type WantStatus,
} from './authenticate-client.js';
export { DecisionRecorder, type ProxyRefusal } from './decision-recorder.js';
export { OAUTH_CODE } from './denial.js';
export { EvidenceStore, type CertificatePolicy, type Evidence, type JudgedPath } from './evidence.js';
export {
  IntrospectToken,
  type ActiveToken,
  type IntrospectionPorts,
  type Introspection,
  type OwnToken,
  type OwnTokenReader,
} from './introspect-token.js';
export {
  IssueToken,
  type GrantedToken,
  type IssuancePolicy,
  type IssuanceWorld,
  type RequestContext,
  type TokenDecision,
} from './issue-token.js';
export { RevokeToken, type TokenRevocations } from './revoke-token.js';
