import type { Certificate } from '../certificate/certificate.js';
import { certificateFault } from '../path/check.js';
import type { ValidationPolicy } from '../path/policy.js';
import { PathSearch, type TrustAnchor, type VerifiedPath } from '../path/search.js';
import { publicKeyThumbprint } from '../path/signature.js';
import { statusByLists } from './list-status.js';
import type { OcspResponse } from './ocsp-response.js';
import { statusByResponses } from './ocsp-status.js';
import type { RevocationList } from './revocation-list.js';
import type { RevocationRules, RevocationStatus } from './status.js';

/** What is at hand to judge a path with. */
export interface RevocationEvidence {
  readonly lists: readonly RevocationList[];
  readonly responses: readonly OcspResponse[];
  /** Certificates that may have signed a CRL in place of the issuer's key on the path. */
  readonly signers: readonly Certificate[];
}

/** Good, or what stands against the path and whose it is: depth 0 is the leaf. */
export type PathRevocation =
  | { readonly status: 'good'; readonly freshUntil: Date }
  | (Exclude<RevocationStatus, { status: 'good' }> & { readonly depth: number });

/**
 * The revocation status of every certificate of a verified path but the anchor (RFC 5280 §6.3). Unknown is an answer
 * of its own: whether it refuses is the caller's decision, and must be a deliberate one. Revoked is told before
 * unknown, or a caller that accepts unknown would take what a revoked authority has issued.
 */
export function revocationOf(
  path: VerifiedPath,
  evidence: RevocationEvidence,
  policy: ValidationPolicy,
  rules: RevocationRules,
  now: Date,
): PathRevocation {
  const judge = new RevocationJudge(path.anchor, evidence, policy, rules, now);
  const issuers = [...path.chain, path.anchor.certificate];
  const statuses = [path.leaf, ...path.chain].map((certificate, depth) => ({
    ...judge.statusOf(certificate, issuers[depth]!),
    depth,
  }));
  const revoked = statuses.find((one) => one.status === 'revoked');
  if (revoked !== undefined) return revoked;
  let until = Infinity;
  for (const status of statuses) {
    if (status.status !== 'good') return status;
    until = Math.min(until, status.freshUntil.getTime());
  }
  return { status: 'good', freshUntil: new Date(until) };
}

/**
 * How often it is asked whether a signer is good itself, for a whole path. Authorities may lawfully have several keys
 * under one name, and each asks for the others in turn: without an end the questions would grow with the factorial.
 */
const MAXIMUM_QUESTIONS = 32;

class RevocationJudge {
  /** Signers whose own status is being asked for: a list must not vouch for its own signer. */
  private readonly asked = new Set<Certificate>();
  private questions = 0;

  constructor(
    private readonly anchor: TrustAnchor,
    private readonly evidence: RevocationEvidence,
    private readonly policy: ValidationPolicy,
    private readonly rules: RevocationRules,
    private readonly now: Date,
  ) {}

  /** One source that says revoked is enough, whatever the other says. */
  statusOf(certificate: Certificate, issuer: Certificate): RevocationStatus {
    const { responses } = this.evidence;
    const byResponses = statusByResponses(certificate, issuer, responses, this.rules, this.now);
    if (byResponses.status === 'revoked') return byResponses;
    const byLists = this.statusByLists(certificate, issuer);
    if (byLists.status === 'revoked') return byLists;
    return byResponses.status === 'good' ? byResponses : mostTelling(byLists, byResponses);
  }

  private statusByLists(certificate: Certificate, issuer: Certificate): RevocationStatus {
    const by = (signers: readonly Certificate[]): RevocationStatus =>
      statusByLists(certificate, this.evidence.lists, signers, this.rules, this.now);
    const byIssuer = by([issuer]);
    if (byIssuer.status === 'revoked') return byIssuer;
    const others = this.otherSigners(issuer);
    return others.length === 0 ? byIssuer : by([issuer, ...others]);
  }

  /** RFC 5280 §6.3.3 (f): under the same anchor, and not revoked themselves. */
  private otherSigners(issuer: Certificate): Certificate[] {
    return this.evidence.signers.filter(
      (signer) =>
        signer.subject.canonical === issuer.subject.canonical &&
        publicKeyThumbprint(signer) !== publicKeyThumbprint(issuer) &&
        !this.asked.has(signer) &&
        this.isGood(signer),
    );
  }

  private isGood(signer: Certificate): boolean {
    // Missing means no: whoever cannot be asked about any more vouches for nobody.
    if (++this.questions > MAXIMUM_QUESTIONS) return false;
    this.asked.add(signer);
    try {
      const path = this.findPath(signer);
      return (
        path !== undefined &&
        this.statusOf(signer, path.chain[0] ?? path.anchor.certificate).status === 'good'
      );
    } finally {
      this.asked.delete(signer);
    }
  }

  private findPath(signer: Certificate): VerifiedPath | undefined {
    if (certificateFault(signer, this.policy.signatureAlgorithms, this.now) !== undefined) return undefined;
    const policy: ValidationPolicy = { ...this.policy, purpose: 'any' };
    return new PathSearch(signer, this.evidence.signers, [this.anchor], policy, this.now).run().path;
  }
}

/** What the lists say; where they say nothing, why the responses do not know. */
function mostTelling(byLists: RevocationStatus, byResponses: RevocationStatus): RevocationStatus {
  const isNothing = byLists.status === 'unknown' && byLists.cause === 'rev.unknown_no_source';
  return isNothing ? byResponses : byLists;
}
