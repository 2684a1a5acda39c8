import {
  isWithinSubtree,
  nameConstraintFault,
  parseCertificate,
  parseName,
  parseNameConstraints,
  parsePublicKey,
  parseRevocationList,
  parseSubjectAltNames,
  signatureFault,
  statusByLists,
  type ConstrainedNames,
  type SubjectAltNames,
} from '@holdfast/certificate-validation';
import { TOLERANT_PARSING } from './path-case.js';
import { ACCEPT, derOf, reject, timeOf, type Decision, type VectorCase, type VectorFile } from './vectors.js';

/** Suites of signatures and revocation still hold RSA keys of 1024 bits; what they are about is something else. */
export const SMALL_KEYS = { ...TOLERANT_PARSING, minimumRsaBits: 1024 };

/** Decides whether the octets are a certificate. */
export function judgeParsing(found: VectorCase): Decision {
  const result = parseCertificate(derOf(found['cert']), TOLERANT_PARSING);
  return result.parsed ? ACCEPT : reject(result.fault);
}

/** Decides whether two names are equal, or one lies in the other's subtree. */
export function judgeNames(found: VectorCase, { shared }: VectorFile): Decision {
  const [a, b] = [found['a'], found['b']].map((name) => parseName(derOf(shared['names']?.[String(name)])));
  if (!a?.parsed || !b?.parsed) return reject('cert.name_malformed');
  const isMatch =
    found['kind'] === 'subtree' ? isWithinSubtree(a.value, b.value) : a.value.canonical === b.value.canonical;
  return isMatch ? ACCEPT : reject('id.subject_dn');
}

const NO_NAMES: SubjectAltNames = { dns: [], email: [], uri: [], ip: [], directory: [], others: [] };

/** Decides whether name constraints can be read and, where the case has names, permit them. */
export function judgeNameConstraints(found: VectorCase, { shared }: VectorFile): Decision {
  const { nc, kind, value } = found;
  const der = typeof nc === 'string' ? derOf(shared['nameConstraints']?.[nc]) : new Uint8Array();
  const constraints = parseNameConstraints(der);
  if (!constraints.parsed) return reject(constraints.fault);
  if (kind === 'parse') return ACCEPT;
  const names = constrainedNames(found, kind, value, shared);
  if (names === undefined) return reject('cert.name_malformed');
  const fault = nameConstraintFault(constraints.value, names, () => undefined);
  return fault === undefined ? ACCEPT : reject(fault);
}

function constrainedNames(
  { subject, san }: VectorCase,
  kind: unknown,
  value: unknown,
  shared: VectorFile['shared'],
): ConstrainedNames | undefined {
  const empty = parseName(Uint8Array.of(0x30, 0));
  const name = typeof subject === 'string' ? parseName(derOf(shared['names']?.[subject])) : empty;
  if (!name.parsed) return undefined;
  const of = (names: Partial<SubjectAltNames>): ConstrainedNames => ({
    subject: name.value,
    subjectAltNames: { ...NO_NAMES, ...names },
  });
  if (kind === 'dns') return of({ dns: [String(value)] });
  if (kind === 'ip') return of({ ip: [Uint8Array.from(value as number[])] });
  if (kind === 'dirname') return of({ directory: [name.value] });
  if (typeof san !== 'string') return { subject: name.value, subjectAltNames: undefined };
  const names = parseSubjectAltNames(derOf(shared['san']?.[san]));
  return names.parsed ? of(names.value) : undefined;
}

/** Decides whether a signature verifies under a bare key. */
export function judgeSignature({ spki, algorithm, data, signature }: VectorCase): Decision {
  const key = parsePublicKey(derOf(spki), SMALL_KEYS);
  if (!key.parsed) return reject(key.fault);
  const octets = signatureOctets(derOf(signature));
  if (octets === undefined) return reject('der.bit_string');
  const signed = { tbs: derOf(data), signatureAlgorithm: derOf(algorithm), signature: octets };
  const fault = signatureFault(signed, { publicKeyInfo: key.value }, 'strong');
  return fault === undefined ? ACCEPT : reject(fault);
}

/** The suite gives the BIT STRING: whole octets only. */
function signatureOctets(bitString: Uint8Array): Uint8Array | undefined {
  if (bitString[0] !== 0x03) return bitString;
  const isLong = (bitString[1] ?? 0) >= 0x80;
  const start = isLong ? 2 + (bitString[1]! & 0x7f) : 2;
  return bitString[start] === 0 ? bitString.subarray(start + 1) : undefined;
}

/** Decides the status of a certificate by one CRL of its issuer, which the case trusts. */
export function judgeRevocationList(found: VectorCase, now: Date): Decision {
  const list = parseRevocationList(derOf(found['crl']));
  if (!list.parsed) return reject('rev.unknown_malformed');
  const certificate = parseCertificate(derOf(found['cert']), SMALL_KEYS);
  if (!certificate.parsed) return reject(certificate.fault);
  const signers = [found['ca'], found['ca2']]
    .filter((der) => typeof der === 'string')
    .map((der) => parseCertificate(derOf(der), SMALL_KEYS))
    .filter((result) => result.parsed)
    .map((result) => result.certificate);
  const age = Number(found['max_age_seconds']);
  const rules = { signatureAlgorithms: 'strong', maximumAge: age, maximumAgeWithoutNextUpdate: age } as const;
  const time = timeOf(found['verify_time'], now);
  const result = statusByLists(certificate.certificate, [list.list], signers, rules, time);
  if (result.status === 'good') return ACCEPT;
  return reject(result.status === 'revoked' ? 'rev.revoked' : result.cause);
}
