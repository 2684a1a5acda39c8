export { OPERATIONS, openApiDocument, type Operation } from './openapi.js';
export {
  Anchor,
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
  TokenRequestEntry,
  TokenRequestOutcome,
  type List,
} from './entities.js';
export { jwks } from './fields.js';
export { InputProblem, Problem, PROBLEM_CODES, type ProblemCode } from './problem.js';
