import type { CertificateReport, CertificateToValidate } from '@holdfast/admin-contract';
import {
  allRegistrableNames,
  lint,
  type AlternativeNames,
  type Check,
  type DecodedCertificate,
  type DecodedRequest,
  type IntendedUse,
  type Pasted,
  type PastedRefused,
} from '@holdfast/certificate-insight';
import {
  formatDistinguishedName,
  PARTNER_CERTIFICATES,
  PARTNER_REVOCATION,
} from '@holdfast/certificate-validation';
import type { ParsedAnchor } from '@holdfast/client-registry';
import { REASONS } from '@holdfast/oauth-protocol';
import { judgeAcceptance } from '@holdfast/token-issuance';

type Readable = Exclude<Pasted, PastedRefused>;

/** How the token service judges certificates of partners. */
const POLICY = { path: PARTNER_CERTIFICATES, revocation: PARTNER_REVOCATION };

/** Everything that is to be said about what was read, and whether `anchor` would vouch for it now. */
export function reportOn(
  pasted: Readable,
  asked: Pick<CertificateToValidate, 'use' | 'field'>,
  anchor: ParsedAnchor | undefined,
  now: Date,
): CertificateReport {
  const findings = lint(pasted, toUse(asked, anchor, now), now).map(toFinding);
  const acceptance = anchor === undefined ? null : acceptanceOf(pasted, anchor, now);
  return {
    kind: pasted.kind,
    usable:
      pasted.kind !== 'request' &&
      findings.every(({ level }) => level !== 'error') &&
      (anchor === undefined || acceptance?.accepted === true),
    ...partsOf(pasted),
    findings,
    acceptance,
  };
}

function toUse(
  { use, field = 'subject_dn' }: Pick<CertificateToValidate, 'use' | 'field'>,
  anchor: ParsedAnchor | undefined,
  now: Date,
): IntendedUse {
  if (use === 'anchor') return { mode: 'trust-anchor' };
  if (use === 'pin') return { mode: 'pin-certificate' };
  if (anchor === undefined) return { mode: 'match-by-name', field };
  const authorities = [anchor.anchor.certificate, ...anchor.intermediates];
  const anchorSubjects = authorities.map(({ subject }) => formatDistinguishedName(subject));
  const { serverAuthUntil: until } = anchor.anchor;
  const serverAuthExcepted = until !== undefined && now.getTime() <= until.getTime();
  return { mode: 'match-by-name', field, anchorSubjects, serverAuthExcepted };
}

function toFinding({
  code,
  level,
  text,
  remedy,
  command,
  key,
}: Check): CertificateReport['findings'][number] {
  return {
    code,
    level: level === 'block' ? 'error' : level,
    text,
    remedy: remedy ?? null,
    command: command ?? null,
    jwk: key ?? null,
  };
}

function partsOf(
  pasted: Readable,
): Pick<CertificateReport, 'certificates' | 'keys' | 'request' | 'registrable'> {
  switch (pasted.kind) {
    case 'request':
      return {
        certificates: [],
        keys: [],
        request: showRequest(pasted.request),
        registrable: namesOf(pasted.request),
      };
    case 'jwks':
      return {
        certificates: pasted.keys.flatMap(({ index, chain = [] }) =>
          chain.map((certificate) => showCertificate(certificate, index)),
        ),
        keys: pasted.keys.map(({ index, kid = null, use = null, alg = null, key }) => ({
          ...{ jwk: index, kid, use, alg },
          key: key.name,
        })),
        request: null,
        // Keys are pinned by their certificates (RFC 8705 §2.2); no name of theirs counts.
        registrable: [],
      };
    default:
      return {
        certificates: pasted.certificates.map((certificate) => showCertificate(certificate, null)),
        keys: [],
        request: null,
        registrable: namesOf(pasted.certificates[0]),
      };
  }
}

const namesOf = (named: Parameters<typeof allRegistrableNames>[0]): CertificateReport['registrable'] =>
  allRegistrableNames(named).map(({ field, value }) => ({ field, value }));

type SharedFacts = Pick<
  NonNullable<CertificateReport['request']>,
  'subject' | 'names' | 'key' | 'signature' | 'authority' | 'key_usage' | 'extended_key_usage'
>;

function sharedFacts(one: DecodedCertificate | DecodedRequest): SharedFacts {
  return {
    subject: one.subject.text,
    names: showNames(one.san),
    key: one.key.name,
    signature: one.signature.name,
    authority: one.isCa,
    key_usage: one.keyUsage === undefined ? null : [...one.keyUsage],
    extended_key_usage: one.extendedKeyUsage === undefined ? null : [...one.extendedKeyUsage],
  };
}

function showCertificate(
  certificate: DecodedCertificate,
  jwk: number | null,
): CertificateReport['certificates'][number] {
  const { issuer, serial, notBefore, notAfter, thumbprint, pem } = certificate;
  return {
    jwk,
    ...sharedFacts(certificate),
    issuer: issuer.text,
    serial,
    not_before: notBefore.toISOString(),
    not_after: notAfter.toISOString(),
    'x5t#S256': thumbprint.x5tS256,
    sha256: thumbprint.sha256Hex.replaceAll(':', ''),
    pem,
  };
}

function showRequest(request: DecodedRequest): NonNullable<CertificateReport['request']> {
  return { ...sharedFacts(request), possession: request.possession };
}

function showNames({ dns, ip, uri, email }: AlternativeNames): string[] {
  return [
    ...dns.map((name) => `DNS:${name}`),
    ...ip.map((address) => `IP:${address}`),
    ...uri.map((name) => `URI:${name}`),
    ...email.map((address) => `email:${address}`),
  ];
}

/** Null where there is no one certificate that an anchor could vouch for. */
function acceptanceOf(pasted: Readable, anchor: ParsedAnchor, now: Date): CertificateReport['acceptance'] {
  if (!('certificates' in pasted)) return null;
  return acceptanceUnder(
    anchor,
    pasted.certificates.map(({ der }) => der),
    now,
  );
}

/** Whether `anchor` would vouch for the first certificate now, with the others sent along (DER). */
export function acceptanceUnder(
  anchor: ParsedAnchor,
  [leaf, ...bag]: readonly Uint8Array[],
  now: Date,
): NonNullable<CertificateReport['acceptance']> {
  const verdict = judgeAcceptance(leaf!, bag, anchor, POLICY, now);
  const { id } = anchor.anchor;
  if (verdict.accepted) {
    return {
      anchor: id,
      accepted: true,
      ...{ reason: null, meaning: null, remedy: null, fault: null, depth: null },
      revocation_unknown: verdict.unknownRevocation ?? null,
    };
  }
  const { denial, fault, depth } = verdict;
  const { meaning, remedy } = REASONS[denial];
  return {
    anchor: id,
    accepted: false,
    reason: denial,
    meaning,
    remedy,
    fault,
    depth,
    revocation_unknown: null,
  };
}
