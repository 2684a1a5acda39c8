export {
  authorityFrom,
  createAuthority,
  createSelfSigned,
  type Authority,
  type AuthorityOptions,
  type LeafOptions,
} from './authority.js';
export {
  corruptSignature,
  makeCertificate,
  toPem,
  type CertificateOptions,
  type IssuedCertificate,
  type Signer,
} from './certificate.js';
export { decodeChildren, encodeAttribute, encodeDer, encodeName, encodeOid, TAG } from './der.js';
export type {
  ExtendedKeyUsage,
  ExtensionOptions,
  KeyUsage,
  RawExtension,
  SubjectAltNames,
} from './extensions.js';
export {
  generateKeys,
  toPrivateKeyPem,
  toPublicKeyDer,
  type KeyAlgorithm,
  type KeyPair,
  type SignatureHash,
} from './keys.js';
export {
  crlDistributionPoint,
  makeOcspError,
  makeOcspResponse,
  makeRevocationList,
  ocspResponder,
  type OcspOptions,
  type OcspStatementOptions,
  type RevocationListOptions,
  type RevokedOptions,
} from './revocation.js';
