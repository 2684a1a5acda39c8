import {
  parseCertificate,
  revocationOf,
  statusSourcesOf,
  validateClientCertificate,
  type BagEntry,
  type Certificate,
  type CertificateVerdict,
  type ParsedCertificate,
  type PathRevocation,
  type RevocationRules,
  type StatusSource,
  type ValidationPolicy,
  type VerifiedPath,
} from '@holdfast/certificate-validation';
import type { Client, ClientAuthentication, RegisteredAnchor } from '@holdfast/client-registry';
import { thumbprintOf, type CertificateThumbprint, type PresentedCertificate } from '@holdfast/token-binding';

type Anchored = Extract<ClientAuthentication, { method: 'tls_client_auth' }>;

/** How certificates of partners are judged. */
export interface CertificatePolicy {
  readonly path: ValidationPolicy;
  readonly revocation: RevocationRules;
}

/** A path that has been judged, and what is known about revocation on it. */
export interface JudgedPath {
  readonly verdict: CertificateVerdict<RegisteredAnchor>;
  /** `undefined` where there is no path, or the anchor does not ask. */
  readonly revocation: PathRevocation | undefined;
  /** Where the status of the path's certificates is published; empty unless the anchor asks. */
  readonly statusSources: readonly StatusSource[];
}

/**
 * What follows from a presented certificate, worked out once per connection: parsing, thumbprint, and the last path
 * verdict. Block lists, suspension and grants are *not* here: those are asked on every request.
 */
export class Evidence {
  readonly thumbprint: CertificateThumbprint;
  readonly leaf: ParsedCertificate;
  private readonly bag: readonly ParsedCertificate[];
  private last: Remembered | undefined;

  /** Parses everything at once, for every caller alike: the time that it takes must not show which clients exist. */
  constructor(presented: PresentedCertificate) {
    this.thumbprint = thumbprintOf(presented.leaf);
    this.leaf = parseCertificate(presented.leaf);
    this.bag = presented.bag.map((der) => parseCertificate(der));
  }

  /**
   * The verdict on the path to an anchor under which `client` has registered a name that the leaf carries; nothing if
   * there is none. So a signature is checked only for whoever knows a registered name, and the time of a refusal does
   * not tell which clients exist (RFC 6749 §5.2). Remembered while it holds: until the first certificate on the path
   * expires, and for this state of the client only (a changed registry has another `Client`).
   */
  pathFor(
    client: Client,
    trust: Anchored,
    leaf: Certificate,
    policy: CertificatePolicy,
    now: Date,
  ): JudgedPath | undefined {
    if (this.last?.client === client && now <= this.last.until) return this.last.judged;
    // RFC 8705 §7.4: a name counts under its own anchor only.
    const anchors = trust.anchors.filter((anchor) => client.isIdentifiedBy({ leaf, chain: [], anchor }));
    if (anchors.length === 0) return undefined;
    const judged = judgePath(leaf, this.bag, { anchors, intermediates: trust.intermediates }, policy, now);
    this.last = { client, judged, until: holdsUntil(judged, now) };
    return judged;
  }
}

/** Judges the path from a leaf to one of these anchors, with what was sent along and what is stored with them. */
export function judgePath(
  leaf: Certificate,
  bag: readonly BagEntry[],
  { anchors, intermediates }: Pick<Anchored, 'anchors' | 'intermediates'>,
  policy: CertificatePolicy,
  now: Date,
): JudgedPath {
  const verdict = validateClientCertificate(leaf, [...bag, ...intermediates], anchors, policy.path, now);
  return verdict.trusted
    ? { verdict, ...revocationOn(verdict.path, intermediates, policy, now) }
    : { verdict, revocation: undefined, statusSources: [] };
}

/** Asks for the status of every certificate below the anchor, if the anchor asks for it. */
function revocationOn(
  path: VerifiedPath<RegisteredAnchor>,
  stored: readonly Certificate[],
  policy: CertificatePolicy,
  now: Date,
): Pick<JudgedPath, 'revocation' | 'statusSources'> {
  const { mode, lists, responsesAbout } = path.anchor.revocation;
  if (mode === 'off') return { revocation: undefined, statusSources: [] };
  const responses = [path.leaf, ...path.chain].flatMap(({ der }) => responsesAbout(thumbprintOf(der)));
  const evidence = { lists, responses, signers: [...path.chain, ...stored] };
  return {
    revocation: revocationOf(path, evidence, policy.path, policy.revocation, now),
    statusSources: statusSourcesOf(path),
  };
}

/** A "no" is remembered too, for a moment: asking again and again must not cost a path search each time. */
function holdsUntil({ verdict, revocation }: JudgedPath, now: Date): Date {
  const soon = new Date(now.getTime() + REFUSAL_HOLDS_MS);
  if (!verdict.trusted) return soon;
  if (revocation === undefined) return verdict.validUntil;
  if (revocation.status !== 'good') return soon;
  return new Date(Math.min(verdict.validUntil.getTime(), revocation.freshUntil.getTime()));
}

const REFUSAL_HOLDS_MS = 5_000;

interface Remembered {
  readonly client: Client;
  readonly judged: JudgedPath;
  readonly until: Date;
}

/** Evidence by connection: it goes when the connection goes. */
export class EvidenceStore {
  private readonly known = new WeakMap<PresentedCertificate, Evidence>();

  of(presented: PresentedCertificate): Evidence {
    const known = this.known.get(presented);
    if (known !== undefined) return known;
    const evidence = new Evidence(presented);
    this.known.set(presented, evidence);
    return evidence;
  }
}
