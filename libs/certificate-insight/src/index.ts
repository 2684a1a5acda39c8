export {
  readPasted,
  type Pasted,
  type PastedCertificates,
  type PastedKeySet,
  type PastedRefused,
  type PastedRequest,
} from './read-pasted.js';
export { extract, type Extracted } from './extract.js';
export { toWebKey, type DescribedKey } from './described-keys.js';
export type { DecodedRequest } from './decode-request.js';
export {
  readPastedCertificate,
  toOneCertificate,
  type Insight,
  type ReadableInsight,
  type UnreadableInsight,
} from './read-pasted-certificate.js';
export { decodeCertificate, type AlternativeNames, type DecodedCertificate } from './decode-certificate.js';
export type { DistinguishedName, NameAttribute } from './distinguished-name.js';
export type { PublicKeyFacts, Strength } from './public-key.js';
export type { SignatureFacts } from './signature-algorithm.js';
export type { ForeignContent } from './foreign-content.js';
export type { Chain, IntendedUse } from './intended-use.js';
export { LINTS, type Check, type LintCode, type LintLevel } from './lints.js';
export { lint } from './lint.js';
export { daysLeft, EXPIRES_SOON_DAYS } from './lint-validity.js';
export { whatWillBeCompared, type ComparedValue } from './comparison.js';
export { allRegistrableNames, type NameField, type RegistrableName } from './registrable-names.js';
export { holdsPrivateKey } from './private-key.js';
