import {
  judgeAuthority,
  parseRegisteredName,
  publicKeyThumbprint,
  readCertificateUpload,
  REGISTERED_NAME_KINDS,
  type Certificate,
} from '@holdfast/certificate-validation';
import type { AuthMethod, TrustAnchorEntry } from './entities.js';
import { parseNewPins, type PinInput } from './pinned-certificates.js';
import { parseServerAuthUntil } from './server-auth-exception.js';
import type { NewCredential, NewKeySetCredential, NewNameCredential } from './registry-administration.js';
import {
  faultProblem,
  notUsed,
  refuse,
  type NameField,
  type Registration,
  type RegistrationProblem,
} from './registration-problem.js';

/** How a client is to be recognised, as somebody typed it: RFC 8705 §2.1.2 and §2.2. */
export interface CredentialInput extends PinInput, Readonly<Partial<Record<NameField, string | undefined>>> {
  readonly anchor?: string | undefined;
  /** RFC 7591 §2. */
  readonly jwks_uri?: string | undefined;
}

const NAME_FIELDS = REGISTERED_NAME_KINDS.map((kind): [NameField, typeof kind] => [
  `tls_client_auth_${kind}`,
  kind,
]);
const NAMES_AND_ANCHOR = ['anchor', ...NAME_FIELDS.map(([field]) => field)] as const;

/**
 * The credentials for a client of this method, or every problem with the input: one name under one anchor (RFC 8705
 * §2.1.2: exactly one subject value), or one certificate, or one for each key of a JWK Set, or the address of a set (§2.2).
 *
 * Does NOT look anything up: whether the anchor exists and the identity is free is decided by the write. Does NOT judge
 * the address of a set: whoever will fetch it knows what may be fetched.
 */
export function parseNewCredentials(
  method: AuthMethod,
  input: CredentialInput,
  now: Date,
): Registration<readonly NewCredential[]> {
  if (method === 'tls_client_auth') return parseName(input);
  const detail = 'self_signed_tls_client_auth pins a certificate and compares nothing else';
  const problems = notUsed(input, NAMES_AND_ANCHOR, detail);
  const pins =
    input.jwks_uri === undefined ? parseNewPins(input, now) : parseKeySetUri(input.jwks_uri, input);
  if (!pins.accepted) return refuse(...problems, ...pins.problems);
  return problems.length > 0 ? refuse(...problems) : pins;
}

/** RFC 7591 §2: `jwks` and `jwks_uri` MUST NOT both be present. */
function parseKeySetUri(url: string, input: CredentialInput): Registration<readonly NewKeySetCredential[]> {
  const detail =
    'with jwks_uri the certificates are those that are fetched from there, each of which counts as it is';
  const problems = notUsed(input, ['certificate', 'jwks', 'match'], detail);
  return problems.length > 0 ? refuse(...problems) : { accepted: true, value: [{ kind: 'jwks_uri', url }] };
}

function parseName(input: CredentialInput): Registration<readonly NewNameCredential[]> {
  const problems: RegistrationProblem[] = notUsed(
    input,
    ['certificate', 'jwks', 'jwks_uri', 'match'],
    'tls_client_auth recognises a name, not a certificate; use self_signed_tls_client_auth to pin one',
  );
  if (input.anchor === undefined) {
    problems.push({
      field: 'anchor',
      code: 'missing',
      detail: 'name the trust anchor that may vouch for this client',
    });
  }
  const given = NAME_FIELDS.filter(([field]) => input[field] !== undefined);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    const fields = NAME_FIELDS.map(([field]) => field).join(', ');
    const detail = `give exactly one of ${fields} (RFC 8705 section 2.1.2)`;
    return refuse(...problems, { field: '', code: 'invalid_client_metadata', detail });
  }
  const [field, nameKind] = only;
  const name = parseRegisteredName(nameKind, input[field]!);
  if (!name.parsed) problems.push({ field, code: 'malformed', detail: name.problem });
  if (problems.length > 0 || !name.parsed) return refuse(...problems);
  const { kind, value, canonical } = name.name;
  return { accepted: true, value: [{ kind, anchorId: input.anchor!, value, canonical }] };
}

/**
 * A trust anchor from PEM text: the topmost certificate is the anchor, those below it are stored as intermediates
 * for clients that send their leaf only. Every one must be a certification authority.
 */
export function parseNewAnchor(input: AnchorInput, now: Date): Registration<TrustAnchorEntry> {
  const until =
    input.serverAuthUntil === undefined ? NO_EXCEPTION : parseServerAuthUntil(input.serverAuthUntil, now);
  const upload = readCertificateUpload(input.certificate);
  if (!upload.read) {
    const unreadable = refuse({ field: 'certificate', code: upload.code, detail: upload.problem });
    return until.accepted ? unreadable : refuse(...until.problems, ...unreadable.problems);
  }
  const faults = upload.certificates.map((authority) => judgeAuthority(authority, now));
  const problems = faults.flatMap((verdict) =>
    verdict.sound ? [] : [faultProblem('certificate', verdict.fault)],
  );
  if (!until.accepted) problems.push(...until.problems);
  if (problems.length > 0 || !until.accepted) return refuse(...problems);
  const anchor = upload.certificates.at(-1) as Certificate;
  return {
    accepted: true,
    value: {
      id: input.id,
      partnerId: input.partnerId,
      certificate: anchor.der,
      keyThumbprint: publicKeyThumbprint(anchor),
      intermediates: upload.certificates.slice(0, -1).map(({ der }) => der),
      revocation: input.revocation,
      serverAuthUntil: until.value,
      status: 'active',
    },
  };
}

/** An anchor as somebody typed it. */
export interface AnchorInput extends Pick<TrustAnchorEntry, 'id' | 'partnerId' | 'revocation'> {
  /** PEM. */
  readonly certificate: string;
  /** RFC 3339. */
  readonly serverAuthUntil?: string | undefined;
}

const NO_EXCEPTION: Registration<undefined> = { accepted: true, value: undefined };
