import {
  parseCertificate,
  validateClientCertificate,
  type Certificate,
  type CertificateVerdict,
  type ParsedCertificate,
  type ValidationPolicy,
} from '@holdfast/certificate-validation';
import type { Client, ClientAuthentication, RegisteredAnchor } from '@holdfast/client-registry';
import { thumbprintOf, type CertificateThumbprint, type PresentedCertificate } from '@holdfast/token-binding';

type Anchored = Extract<ClientAuthentication, { method: 'tls_client_auth' }>;

/**
 * What follows from a presented certificate, worked out once per connection: parsing, thumbprint, and the last path
 * verdict. Block lists, suspension and grants are *not* here: those are asked on every request.
 */
export class Evidence {
  readonly thumbprint: CertificateThumbprint;
  readonly leaf: ParsedCertificate;
  private last:
    { readonly client: Client; readonly verdict: CertificateVerdict<RegisteredAnchor> } | undefined;

  constructor(private readonly presented: PresentedCertificate) {
    this.thumbprint = thumbprintOf(presented.leaf);
    this.leaf = parseCertificate(presented.leaf);
  }

  /**
   * The verdict on the path to an anchor of `client`. Remembered while it holds: until the first certificate on the
   * path expires, and for this state of the client only (a changed registry has another `Client`).
   */
  pathFor(
    client: Client,
    trust: Anchored,
    leaf: Certificate,
    policy: ValidationPolicy,
    now: Date,
  ): CertificateVerdict<RegisteredAnchor> {
    if (this.last?.client === client && this.last.verdict.trusted && now <= this.last.verdict.validUntil) {
      return this.last.verdict;
    }
    const candidates = [...this.presented.bag, ...trust.intermediates.map(({ der }) => der)];
    const verdict = validateClientCertificate(leaf, candidates, trust.anchors, policy, now);
    this.last = { client, verdict };
    return verdict;
  }
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
