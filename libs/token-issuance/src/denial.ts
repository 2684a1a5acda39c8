import type { CertificateFault } from '@holdfast/certificate-validation';
import { OAuthError, REASONS, type OAuthErrorCode, type TokenDenial } from '@holdfast/oauth-protocol';

/** What partners see for each denial (RFC 6749 §5.2, RFC 8707 §2). A new denial does not compile until it stands here. */
export const OAUTH_CODE = {
  certificate_absent: 'invalid_client',
  certificate_unparsable: 'invalid_client',
  certificate_expired: 'invalid_client',
  certificate_not_yet_valid: 'invalid_client',
  client_auth_not_permitted: 'invalid_client',
  certificate_extension_unsupported: 'invalid_client',
  certificate_key_weak: 'invalid_client',
  certificate_signature_weak: 'invalid_client',
  certificate_refused_by_proxy: 'invalid_client',
  client_unknown: 'invalid_client',
  client_suspended: 'invalid_client',
  partner_suspended: 'invalid_client',
  certificate_blocked: 'invalid_client',
  anchor_suspended: 'invalid_client',
  issuer_unknown: 'invalid_client',
  issuer_invalid: 'invalid_client',
  path_invalid: 'invalid_client',
  path_too_complex: 'invalid_client',
  certificate_revoked: 'invalid_client',
  revocation_unknown: 'invalid_client',
  certificate_not_registered: 'invalid_client',
  scope_not_granted: 'invalid_scope',
  target_not_granted: 'invalid_target',
  target_invalid: 'invalid_target',
  target_required: 'invalid_target',
} as const satisfies Record<TokenDenial, OAuthErrorCode>;

/** The one public answer for everything that depends on the registry. */
const BLAND = 'client authentication failed';

/** The refusal that a denial becomes: code and public text for the caller, denial and cause for the operator. */
export function refusal(denial: TokenDenial, cause: unknown): OAuthError {
  const { told, meaning } = REASONS[denial];
  return new OAuthError(OAUTH_CODE[denial], told ? `${denial}: ${meaning}` : BLAND, { denial, cause });
}

type FaultGroup<F extends string> = F extends `${infer Group}.${string}` ? Group : never;
type DenialByGroup = Readonly<Record<FaultGroup<CertificateFault>, TokenDenial>>;

/** Faults of the leaf alone, found before any look-up: told. */
const LEAF_DENIAL = {
  der: 'certificate_unparsable',
  cert: 'certificate_unparsable',
  key: 'certificate_key_weak',
  sig: 'certificate_signature_weak',
  validity: 'certificate_expired',
  leaf: 'client_auth_not_permitted',
  issuer: 'certificate_unparsable',
  ext: 'certificate_extension_unsupported',
  // Malformed constraints; the other faults of these two groups need a path.
  nc: 'certificate_unparsable',
  policy: 'certificate_extension_unsupported',
  path: 'certificate_unparsable',
  budget: 'certificate_unparsable',
} as const satisfies DenialByGroup;

/** Faults of a path, found with the anchors of a registered client: never told. */
const PATH_DENIAL = {
  der: 'path_invalid',
  cert: 'path_invalid',
  key: 'path_invalid',
  sig: 'path_invalid',
  validity: 'issuer_invalid',
  leaf: 'path_invalid',
  issuer: 'issuer_invalid',
  ext: 'path_invalid',
  nc: 'path_invalid',
  policy: 'path_invalid',
  path: 'issuer_unknown',
  budget: 'path_too_complex',
} as const satisfies DenialByGroup;

/** The denial for a fault of the presented leaf itself. */
export function denialForLeaf(fault: CertificateFault): TokenDenial {
  if (fault === 'validity.not_yet') return 'certificate_not_yet_valid';
  if (fault === 'leaf.version') return 'certificate_unparsable';
  return LEAF_DENIAL[groupOf(fault)];
}

/** The denial for a fault on the way to an anchor of the client. */
export function denialForPath(fault: CertificateFault): TokenDenial {
  // An issuer that only bears the right name: its key did not make this signature.
  if (fault === 'sig.invalid') return 'issuer_unknown';
  if (fault === 'leaf.eku') return 'client_auth_not_permitted';
  return PATH_DENIAL[groupOf(fault)];
}

function groupOf(fault: CertificateFault): FaultGroup<CertificateFault> {
  return fault.slice(0, fault.indexOf('.')) as FaultGroup<CertificateFault>;
}
