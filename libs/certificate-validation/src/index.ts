export { CERTIFICATE_FAULTS, type CertificateFault } from './fault.js';
export {
  parseCertificate,
  STRICT_PARSING,
  type Certificate,
  type ParsedCertificate,
  type ParsingRules,
} from './certificate/certificate.js';
export type { Extension, ExtensionFacts, KeyUsage } from './certificate/extensions.js';
export type { SubjectAltNames } from './certificate/general-names.js';
export type { KeyFamily, PublicKeyInfo } from './certificate/public-key.js';
export {
  readCertificateUpload,
  type CertificateUpload,
  type UploadProblemCode,
} from './certificate/upload.js';
export type { DistinguishedName, NameAttribute } from './name/distinguished-name.js';
export { formatDistinguishedName, parseDistinguishedName, type NameTextVerdict } from './name/rfc4514.js';
export {
  matchesRegisteredName,
  parseRegisteredName,
  REGISTERED_NAME_KINDS,
  type RegisteredName,
  type RegisteredNameKind,
  type RegisteredNameVerdict,
} from './identity/registered-name.js';
export {
  PARTNER_CERTIFICATES,
  type PathLimits,
  type UsageRule,
  type ValidationPolicy,
} from './path/policy.js';
export type { TrustAnchor, VerifiedPath } from './path/search.js';
export { publicKeyThumbprint } from './path/signature.js';
export {
  judgeAuthority,
  judgeLeaf,
  leafVerdictUnder,
  validateClientCertificate,
  type BagEntry,
  type CertificateVerdict,
  type LeafVerdict,
  type ValidationWork,
} from './path/validate.js';
