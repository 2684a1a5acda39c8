import type { Certificate } from '../certificate/certificate.js';
import type { CertificateFault } from '../fault.js';
import { anchorFault, countIntermediates, issuerFault } from './check.js';
import type { ValidationPolicy } from './policy.js';
import { publicKeyThumbprint, signatureFault } from './signature.js';

/** An authority that a partner has registered. A path ends at its name and key, not at its octets. */
export interface TrustAnchor {
  readonly certificate: Certificate;
}

export interface VerifiedPath<A extends TrustAnchor = TrustAnchor> {
  readonly leaf: Certificate;
  /** The intermediates, from the leaf's issuer upwards. */
  readonly chain: readonly Certificate[];
  readonly anchor: A;
}

/** What a search has cost. */
export interface SearchWork {
  readonly signatures: number;
  readonly steps: number;
}

export type SearchResult<A extends TrustAnchor> =
  | { readonly path: VerifiedPath<A>; readonly work: SearchWork }
  | {
      readonly path?: undefined;
      readonly fault: CertificateFault;
      readonly depth: number;
      readonly work: SearchWork;
    };

/**
 * Depth-first search from the leaf to an anchor, with backtracking: one bad candidate never hides a good path.
 * A signature is verified before its issuer's own issuers are looked at, once per (certificate, key); so cost
 * grows with the edges of the graph, not with its paths, and both are capped.
 */
export class PathSearch<A extends TrustAnchor> {
  private readonly work = { signatures: 0, steps: 0 };
  private readonly verified = new Map<Certificate, Map<string, CertificateFault | undefined>>();
  private deepest: { fault: CertificateFault; depth: number } | undefined;

  constructor(
    private readonly bag: readonly Certificate[],
    private readonly anchors: readonly A[],
    private readonly policy: ValidationPolicy,
    private readonly now: Date,
  ) {}

  run(leaf: Certificate): SearchResult<A> {
    try {
      const path = this.extend([leaf]);
      if (path !== undefined) return { path, work: this.work };
      return { ...(this.deepest ?? { fault: 'path.no_anchor', depth: 0 }), work: this.work };
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      return { fault: error.fault, depth: this.deepest?.depth ?? 0, work: this.work };
    }
  }

  private extend(path: readonly Certificate[]): VerifiedPath<A> | undefined {
    if (++this.work.steps > this.policy.limits.steps) throw new BudgetExhausted('budget.steps');
    return this.endAtAnchor(path) ?? this.climb(path);
  }

  private endAtAnchor(path: readonly Certificate[]): VerifiedPath<A> | undefined {
    const last = path.at(-1)!;
    for (const anchor of this.anchors) {
      const { certificate } = anchor;
      if (certificate.subject.canonical !== last.issuer.canonical) continue;
      if (!this.isSignedBy(path, certificate)) continue;
      const fault = anchorFault(certificate, path, this.policy, this.now);
      if (fault === undefined) return { leaf: path[0]!, chain: path.slice(1), anchor };
      this.note(fault, path.length);
    }
    return undefined;
  }

  private climb(path: readonly Certificate[]): VerifiedPath<A> | undefined {
    const last = path.at(-1)!;
    for (const issuer of this.candidatesFor(last)) {
      if (path.some((certificate) => isSameEntity(certificate, issuer))) continue;
      if (!issuer.isSelfIssued && countIntermediates(path) >= this.policy.limits.intermediates) {
        this.note('path.too_deep', path.length);
        continue;
      }
      if (!this.isSignedBy(path, issuer)) continue;
      const fault = issuerFault(issuer, path, this.policy, this.now);
      if (fault !== undefined) {
        this.note(fault, path.length);
        continue;
      }
      const found = this.extend([...path, issuer]);
      if (found !== undefined) return found;
    }
    this.note(last.isSelfIssued ? 'path.untrusted_root' : 'path.no_anchor', path.length - 1);
    return undefined;
  }

  /** RFC 5280 leaves the order open: a matching key identifier first, then the newest; a mismatch blocks nothing. */
  private candidatesFor(certificate: Certificate): Certificate[] {
    const rank = (issuer: Certificate): number =>
      certificate.authorityKeyIdentifier !== undefined &&
      certificate.authorityKeyIdentifier === issuer.subjectKeyIdentifier
        ? 0
        : 1;
    return this.bag
      .filter((issuer) => issuer.subject.canonical === certificate.issuer.canonical)
      .sort((a, b) => rank(a) - rank(b) || b.notBefore.getTime() - a.notBefore.getTime());
  }

  private isSignedBy(path: readonly Certificate[], issuer: Certificate): boolean {
    const fault = this.signatureFault(path.at(-1)!, issuer);
    if (fault === undefined) return true;
    // A bad key is the issuer's fault, a bad signature that of the certificate below it.
    this.note(fault, fault.startsWith('key.') ? path.length : path.length - 1);
    return false;
  }

  private signatureFault(certificate: Certificate, issuer: Certificate): CertificateFault | undefined {
    const results = this.verified.get(certificate) ?? new Map<string, CertificateFault | undefined>();
    this.verified.set(certificate, results);
    const key = publicKeyThumbprint(issuer);
    if (results.has(key)) return results.get(key);
    if (this.work.signatures >= this.policy.limits.signatures) throw new BudgetExhausted('budget.signatures');
    this.work.signatures += 1;
    const fault = signatureFault(certificate, issuer);
    results.set(key, fault);
    return fault;
  }

  /** The reason from the path that came furthest is the one that helps its owner. */
  private note(fault: CertificateFault, depth: number): void {
    if (this.deepest === undefined || depth > this.deepest.depth) this.deepest = { fault, depth };
  }
}

class BudgetExhausted extends Error {
  constructor(readonly fault: CertificateFault) {
    super(fault);
  }
}

/** The same authority again, perhaps in another certificate: going round in a circle proves nothing (RFC 4158 §5.2). */
function isSameEntity(a: Certificate, b: Certificate): boolean {
  return (
    a.subject.canonical === b.subject.canonical &&
    publicKeyThumbprint(a) === publicKeyThumbprint(b) &&
    altNamesOf(a) === altNamesOf(b)
  );
}

const SUBJECT_ALT_NAME = '2.5.29.17';

function altNamesOf({ extensions }: Certificate): string {
  const found = extensions.find(({ oid }) => oid === SUBJECT_ALT_NAME);
  return found === undefined ? '' : Buffer.from(found.value).toString('base64');
}
