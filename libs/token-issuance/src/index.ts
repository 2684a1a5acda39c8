export { judgeAcceptance, type Acceptance } from './acceptance.js';
export type { AccessTokenClaims, AccessTokenSigner, IssuedToken } from './access-token.js';
export { DecisionRecorder, type ProxyRefusal } from './decision-recorder.js';
export { OAUTH_CODE } from './denial.js';
export { EvidenceStore, type CertificatePolicy, type Evidence, type JudgedPath } from './evidence.js';
export {
  IssueToken,
  type DeniedToken,
  type GrantedToken,
  type IssuancePolicy,
  type IssuanceWorld,
  type RequestContext,
  type TokenDecision,
} from './issue-token.js';
