import {
  CERTIFICATE_FAULTS,
  judgeAuthority,
  judgeLeaf,
  parseRegisteredName,
  publicKeyThumbprint,
  readCertificateUpload,
  REGISTERED_NAME_KINDS,
  type Certificate,
  type RegisteredNameKind,
} from '@holdfast/certificate-validation';
import { thumbprintOf } from '@holdfast/token-binding';
import type { AuthMethod, TrustAnchorEntry } from './entities.js';
import type { NewCredential } from './registry-administration.js';

/** The client metadata of RFC 8705 §2.1.2. */
export type NameField = `tls_client_auth_${RegisteredNameKind}`;

/** What is wrong with an input: where, by the name of its field, and how to mend it. */
export interface RegistrationProblem {
  readonly field: 'certificate' | 'anchor' | NameField | '';
  readonly code: string;
  readonly detail: string;
}

export type Registration<T> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly problems: readonly RegistrationProblem[] };

/** How a client is to be recognised, as somebody typed it: RFC 8705 §2.1.2 and §2.2. */
export interface CredentialInput extends Readonly<Partial<Record<NameField, string | undefined>>> {
  readonly anchor?: string | undefined;
  /** PEM of the certificate to be pinned. */
  readonly certificate?: string | undefined;
}

const NAME_FIELDS = REGISTERED_NAME_KINDS.map((kind) => [`tls_client_auth_${kind}`, kind] as const);

/**
 * A credential for a client of this method, or every problem with the input. RFC 8705 §2.1.2: exactly one subject
 * value. Does NOT look anything up: whether the anchor exists and the name is free is decided by the write.
 */
export function parseNewCredential(
  method: AuthMethod,
  input: CredentialInput,
  now: Date,
): Registration<NewCredential> {
  return method === 'tls_client_auth' ? parseName(input) : parsePin(input, now);
}

function parseName(input: CredentialInput): Registration<NewCredential> {
  const problems: RegistrationProblem[] = [];
  const given = NAME_FIELDS.filter(([field]) => input[field] !== undefined);
  if (input.certificate !== undefined) {
    problems.push({
      field: 'certificate',
      code: 'not_used',
      detail:
        'tls_client_auth recognises a name, not a certificate; use self_signed_tls_client_auth to pin one',
    });
  }
  if (input.anchor === undefined) {
    problems.push({
      field: 'anchor',
      code: 'missing',
      detail: 'name the trust anchor that may vouch for this client',
    });
  }
  const [only] = given;
  if (only === undefined || given.length > 1) {
    const fields = NAME_FIELDS.map(([field]) => field).join(', ');
    const detail = `give exactly one of ${fields} (RFC 8705 section 2.1.2)`;
    return refuse([...problems, { field: '', code: 'invalid_client_metadata', detail }]);
  }
  const [field, nameKind] = only;
  const name = parseRegisteredName(nameKind, input[field]!);
  if (!name.parsed) problems.push({ field, code: 'malformed', detail: name.problem });
  if (problems.length > 0 || !name.parsed) return refuse(problems);
  const { kind, value, canonical } = name.name;
  return { accepted: true, value: { kind, anchorId: input.anchor!, value, canonical } };
}

function parsePin(input: CredentialInput, now: Date): Registration<NewCredential> {
  const problems = (['anchor', ...NAME_FIELDS.map(([field]) => field)] as const)
    .filter((field) => input[field] !== undefined)
    .map((field): RegistrationProblem => ({
      field,
      code: 'not_used',
      detail: 'self_signed_tls_client_auth pins a certificate and compares nothing else',
    }));
  if (input.certificate === undefined) {
    return refuse([
      ...problems,
      { field: 'certificate', code: 'missing', detail: 'give the certificate that is to be pinned, as PEM' },
    ]);
  }
  const upload = readCertificateUpload(input.certificate);
  if (!upload.read)
    return refuse([...problems, { field: 'certificate', code: upload.code, detail: upload.problem }]);
  const [leaf] = upload.certificates;
  const judged = judgeLeaf(leaf, now);
  if (!judged.sound) problems.push(faultProblem(judged.fault));
  if (problems.length > 0) return refuse(problems);
  return {
    accepted: true,
    value: { kind: 'certificate', certificate: leaf.der, thumbprint: thumbprintOf(leaf.der) },
  };
}

/**
 * A trust anchor from PEM text: the topmost certificate is the anchor, those below it are stored as intermediates
 * for clients that send their leaf only. Every one must be a certification authority.
 */
export function parseNewAnchor(
  input: { readonly id: string; readonly partnerId: string; readonly certificate: string },
  now: Date,
): Registration<TrustAnchorEntry> {
  const upload = readCertificateUpload(input.certificate);
  if (!upload.read) return refuse([{ field: 'certificate', code: upload.code, detail: upload.problem }]);
  const faults = upload.certificates.map((authority) => judgeAuthority(authority, now));
  const problems = faults.flatMap((verdict) => (verdict.sound ? [] : [faultProblem(verdict.fault)]));
  if (problems.length > 0) return refuse(problems);
  const anchor = upload.certificates.at(-1) as Certificate;
  return {
    accepted: true,
    value: {
      id: input.id,
      partnerId: input.partnerId,
      certificate: anchor.der,
      keyThumbprint: publicKeyThumbprint(anchor),
      intermediates: upload.certificates.slice(0, -1).map(({ der }) => der),
    },
  };
}

function faultProblem(fault: keyof typeof CERTIFICATE_FAULTS): RegistrationProblem {
  return { field: 'certificate', code: fault, detail: CERTIFICATE_FAULTS[fault] };
}

function refuse(problems: readonly RegistrationProblem[]): {
  readonly accepted: false;
  readonly problems: readonly RegistrationProblem[];
} {
  return { accepted: false, problems };
}
