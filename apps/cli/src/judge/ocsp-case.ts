import {
  parseCertificate,
  parseOcspResponse,
  PARTNER_CERTIFICATES,
  revocationOf,
  statusByResponses,
  validateClientCertificate,
  type Certificate,
  type OcspResponse,
  type RevocationStatus,
} from '@holdfast/certificate-validation';
import { SMALL_KEYS } from './part-cases.js';
import { SUITE_RULES } from './path-case.js';
import {
  ACCEPT,
  derOf,
  listOf,
  reject,
  timeOf,
  type Decision,
  type VectorCase,
  type VectorFile,
} from './vectors.js';

/** Decides by OCSP: one certificate of a trusted issuer, or every certificate of a path. */
export function judgeOcsp(found: VectorCase, file: VectorFile, now: Date): Decision {
  return Array.isArray(found['ocsp']) ? judgePathByOcsp(found, file) : judgeOne(found, now);
}

function judgeOne(found: VectorCase, now: Date): Decision {
  const [certificate, issuer] = [found['cert'], found['ca']].map((der) =>
    parseCertificate(derOf(der), SMALL_KEYS),
  );
  if (!certificate?.parsed || !issuer?.parsed) return reject('cert.unreadable');
  const response = parseOcspResponse(derOf(found['ocsp']), SMALL_KEYS);
  if (!response.parsed) return reject('rev.unknown_malformed');
  const age = Number(found['max_age_seconds']);
  const status = statusByResponses(
    certificate.certificate,
    issuer.certificate,
    [response.response],
    { signatureAlgorithms: 'strong-or-sha1', maximumAge: age, maximumAgeWithoutNextUpdate: age },
    timeOf(found['verify_time'], now),
  );
  return toDecision(status);
}

/** OpenSSL's suite of 2012 is signed with SHA-1; what it is about is the responses. */
function judgePathByOcsp(found: VectorCase, { shared }: VectorFile): Decision {
  const read = (name: unknown): Uint8Array => fromText(shared['files']?.[String(name)]);
  const certificate = (name: unknown): Certificate | undefined => {
    const result = parseCertificate(read(name), SMALL_KEYS);
    return result.parsed ? result.certificate : undefined;
  };
  const [leaf, root] = [certificate(found['cert']), certificate(found['ca'])];
  const bag = listOf(found['other'])
    .map(certificate)
    .filter((other) => other !== undefined);
  const responses = listOf(found['ocsp'])
    .map((name) => parseOcspResponse(read(name), SMALL_KEYS))
    .filter((result) => result.parsed)
    .map(({ response }): OcspResponse => response);
  if (leaf === undefined || root === undefined) return reject('cert.unreadable');
  const policy = { ...PARTNER_CERTIFICATES, purpose: 'any', signatureAlgorithms: 'strong-or-sha1' } as const;
  const time = momentOf(found['moment']);
  const verdict = validateClientCertificate(leaf, bag, [{ certificate: root }], policy, time);
  if (!verdict.trusted) return reject(verdict.fault);
  const evidence = { lists: [], responses, signers: bag };
  const rules = { ...SUITE_RULES, signatureAlgorithms: policy.signatureAlgorithms };
  return toDecision(revocationOf(verdict.path, evidence, policy, rules, time));
}

function toDecision(status: Pick<RevocationStatus, 'status'> & { readonly cause?: string }): Decision {
  if (status.status === 'good') return ACCEPT;
  return reject(status.status === 'revoked' ? 'rev.revoked' : (status.cause ?? 'rev.unknown_no_source'));
}

/** The files of the suite are text: PEM, of which the first block counts, or Base64 alone. */
function fromText(file: unknown): Uint8Array {
  const text = Buffer.from(derOf(file)).toString('latin1');
  return derOf(/-----BEGIN [^-]+-----([^-]+)-----END/.exec(text)?.[1] ?? text);
}

/** Year, month and so on, in UTC. */
function momentOf(value: unknown): Date {
  const [year = 0, month = 1, day, hour, minute, second] = listOf(value).map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}
