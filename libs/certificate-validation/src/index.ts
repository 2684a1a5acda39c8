export { CERTIFICATE_FAULTS, type CertificateFault } from './fault.js';
export {
  parseCertificate,
  STRICT_PARSING,
  type Certificate,
  type ParsedCertificate,
  type ParsingRules,
} from './certificate/certificate.js';
export type {
  CertificatePolicies,
  PolicyConstraints,
  PolicyMapping,
} from './certificate/certificate-policies.js';
export type { Extension, ExtensionFacts, KeyUsage } from './certificate/extensions.js';
export type { OtherNameKind, SubjectAltNames } from './certificate/general-names.js';
export type { AddressRange, NameConstraints, Subtrees } from './certificate/name-constraints.js';
export type { KeyFamily, PublicKeyInfo } from './certificate/public-key.js';
export {
  readCertificateUpload,
  type CertificateUpload,
  type UploadProblemCode,
} from './certificate/upload.js';
export { isWithinSubtree, type DistinguishedName, type NameAttribute } from './name/distinguished-name.js';
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
  type AnchorConstraints,
  type InitialPolicies,
  type PathLimits,
  type UsageRule,
  type ValidationPolicy,
} from './path/policy.js';
export type { TrustAnchor, VerifiedPath } from './path/search.js';
export { nameConstraintFault, type ConstrainedNames, type SpendComparison } from './path/name-constraints.js';
export { publicKeyThumbprint, signatureFault, type Signed } from './path/signature.js';
export {
  isForServersOnly,
  judgeAuthority,
  judgeLeaf,
  leafVerdictUnder,
  validateClientCertificate,
  type BagEntry,
  type CertificateVerdict,
  type LeafVerdict,
  type ValidationWork,
} from './path/validate.js';
export {
  parseName,
  parseNameConstraints,
  parsePublicKey,
  parseSubjectAltNames,
  type ParsedPart,
} from './parts.js';
export type { AcceptedAlgorithms } from './path/signature-algorithm.js';
export { statusByLists } from './revocation/list-status.js';
export { statusByResponses } from './revocation/ocsp-status.js';
export {
  parseOcspResponse,
  type OcspResponse,
  type OcspStatement,
  type ParsedOcspResponse,
} from './revocation/ocsp-response.js';
export { revocationOf, type PathRevocation, type RevocationEvidence } from './revocation/path-revocation.js';
export {
  parseRevocationList,
  type ParsedRevocationList,
  type RevocationList,
  type RevokedEntry,
} from './revocation/revocation-list.js';
export {
  freshUntil,
  PARTNER_REVOCATION,
  UNKNOWN_CAUSES,
  type RevocationRules,
  type RevocationStatus,
  type UnknownCause,
} from './revocation/status.js';
export { encodeOcspRequest } from './revocation/ocsp-request.js';
export { statusSourcesOf, type StatusSource } from './revocation/status-source.js';
export { readPemBlock } from './certificate/pem.js';
export { formatIpAddress } from './identity/ip-address.js';
