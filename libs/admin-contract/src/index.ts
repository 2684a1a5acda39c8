export { OPERATIONS, openApiDocument, type Operation } from './openapi.js';
export {
  Anchor,
  AnchorChange,
  AUTH_METHODS,
  AuditEntry,
  AuditVerification,
  Client,
  Credential,
  Grant,
  NAME_KINDS,
  PIN_MATCHES,
  NewAnchor,
  NewClient,
  NewCredential,
  NewGrant,
  NewPartner,
  NewResource,
  NewRevocationList,
  Partner,
  PartnerChange,
  Resource,
  REVOCATION_MODES,
  RevocationList,
  RevocationSource,
  TokenRequestEntry,
  TokenRequestOutcome,
  type List,
} from './entities.js';
export { CERTIFICATE_USES, CertificateReport, CertificateToValidate } from './certificate-report.js';
export { jwks } from './fields.js';
export { InputProblem, Problem, PROBLEM_CODES, type ProblemCode } from './problem.js';
