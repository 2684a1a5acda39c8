import type { Certificate } from '../certificate/certificate.js';
import type { CertificateFault } from '../fault.js';
import { issuerFault, pathFault } from './check.js';
import type { ValidationPolicy } from './policy.js';
import { publicKeyThumbprint, signatureFault } from './signature.js';

/** An authority that a partner has registered. A path ends at its name and key, not at its octets. */
export interface TrustAnchor {
  readonly certificate: Certificate;
  /** Until then, inclusive, a leaf for servers only counts as a client's under this anchor. Absent: never. */
  readonly serverAuthUntil?: Date | undefined;
}

/** A path of which every signature has been verified and every certificate checked. */
export interface VerifiedPath<A extends TrustAnchor = TrustAnchor> {
  readonly leaf: Certificate;
  /** The intermediates, from the leaf's issuer upwards. */
  readonly chain: readonly Certificate[];
  readonly anchor: A;
}

/** What a search has cost. */
export interface SearchWork {
  /** Signatures checked. */
  readonly signatures: number;
  /** Anchors and proven authorities under which was searched. */
  readonly steps: number;
  /** Names compared with subtrees of name constraints. */
  readonly nameComparisons: number;
}

export type SearchResult<A extends TrustAnchor> =
  | { readonly path: VerifiedPath<A>; readonly work: SearchWork }
  | {
      readonly path?: undefined;
      readonly fault: CertificateFault;
      readonly depth: number;
      readonly work: SearchWork;
    };

/** Why one way down ended. */
interface Reason {
  readonly fault: CertificateFault;
  /** The certificate that the fault is about; 0 is the leaf. On a way that ended early, its level. */
  readonly depth: number;
  /** The level that was not reached any more; `WHOLE_PATH` if the leaf was reached and the path then failed. */
  readonly missed: number;
}

const LEAF = 0;
const WHOLE_PATH = -1;

/**
 * Depth-first search from the anchors, in the order given, **down** to the leaf, with backtracking: one bad
 * candidate never hides a good path.
 *
 * What a stranger sends must not cost us signature checks. A signature is checked only under a *proven* key: that
 * of an anchor, or of an authority whose own signature has verified under a proven key and who may issue. It is
 * checked only on certificates that stand on a chain of names upwards from the leaf, and once per (certificate, key).
 * So every certificate is checked at most k times, where k is the number of proven keys that bear its issuer's name:
 * a stranger costs at most 11 · k checks (the leaf and ten more; k is 1 unless an authority has changed its key),
 * beside one for each stored intermediate on such a chain, and none at all if no name leads to an anchor.
 * The limits of the policy cap what the holder of a genuine authority could make us do.
 */
export class PathSearch<A extends TrustAnchor> {
  private readonly work = { signatures: 0, steps: 0, nameComparisons: 0 };
  private readonly verified = new Map<Certificate, Map<string, CertificateFault | undefined>>();
  private readonly levels: ReadonlyMap<Certificate, number>;
  private nearest: Reason | undefined;

  constructor(
    private readonly leaf: Certificate,
    bag: readonly Certificate[],
    private readonly anchors: readonly A[],
    private readonly policy: ValidationPolicy,
    private readonly now: Date,
  ) {
    this.levels = levelsAbove(leaf, bag);
  }

  run(): SearchResult<A> {
    try {
      for (const anchor of this.anchors) {
        const path = this.descend({ leaf: this.leaf, chain: [], anchor });
        if (path !== undefined) return { path, work: this.work };
      }
      const { fault, depth } = this.nearest ?? endOfNames(this.levels);
      return { fault, depth, work: this.work };
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      return { fault: error.fault, depth: this.nearest?.depth ?? LEAF, work: this.work };
    }
  }

  /** The chain of `path` is proven, its leaf is not: it may still be levels below. */
  private descend(path: VerifiedPath<A>): VerifiedPath<A> | undefined {
    if (++this.work.steps > this.policy.limits.steps) throw new BudgetExhausted('budget.steps');
    return this.endAtLeaf(path) ?? this.branch(path);
  }

  private endAtLeaf(path: VerifiedPath<A>): VerifiedPath<A> | undefined {
    const { leaf, chain, anchor } = path;
    if (!this.isIssuedBy(leaf, lowestOf(path))) return undefined;
    const reason = pathFault(
      [leaf, ...chain],
      anchor.certificate,
      this.policy,
      this.now,
      this.spendComparison,
    );
    if (reason === undefined) return path;
    this.note({ ...reason, missed: WHOLE_PATH });
    return undefined;
  }

  private branch(path: VerifiedPath<A>): VerifiedPath<A> | undefined {
    const { leaf, chain, anchor } = path;
    const issuer = lowestOf(path);
    for (const candidate of this.candidatesUnder(issuer)) {
      if ([...chain, anchor.certificate].some((above) => isSameEntity(above, candidate))) continue;
      if (!this.isIssuedBy(candidate, issuer)) continue;
      // Whoever may not issue proves nothing, or every holder of a leaf could send us down a maze of his own.
      const fault = issuerFault(candidate, [leaf], this.policy, this.now);
      if (fault !== undefined) {
        const depth = this.levelOf(candidate);
        this.note({ fault, depth, missed: depth - 1 });
        continue;
      }
      const found = this.descend({ leaf, chain: [candidate, ...chain], anchor });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** RFC 5280 leaves the order open: a matching key identifier first, then the newest; a mismatch blocks nothing. */
  private candidatesUnder(issuer: Certificate): Certificate[] {
    const rank = ({ authorityKeyIdentifier: named }: Certificate): number =>
      named !== undefined && named === issuer.subjectKeyIdentifier ? 0 : 1;
    return [...this.levels.keys()]
      .filter((candidate) => candidate !== this.leaf && isNamedBy(candidate, issuer))
      .sort((a, b) => rank(a) - rank(b) || b.notBefore.getTime() - a.notBefore.getTime());
  }

  private isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
    if (!isNamedBy(certificate, issuer)) return false;
    const fault = this.signatureFault(certificate, issuer);
    if (fault === undefined) return true;
    const missed = this.levelOf(certificate);
    // A bad key is the issuer's fault, a bad signature that of the certificate below it.
    this.note({ fault, depth: fault.startsWith('key.') ? missed + 1 : missed, missed });
    return false;
  }

  private signatureFault(certificate: Certificate, issuer: Certificate): CertificateFault | undefined {
    const results = this.verified.get(certificate) ?? new Map<string, CertificateFault | undefined>();
    this.verified.set(certificate, results);
    const key = publicKeyThumbprint(issuer);
    if (results.has(key)) return results.get(key);
    if (this.work.signatures >= this.policy.limits.signatures) throw new BudgetExhausted('budget.signatures');
    this.work.signatures += 1;
    const fault = signatureFault(certificate, issuer, this.policy.signatureAlgorithms);
    results.set(key, fault);
    return fault;
  }

  private readonly spendComparison = (): void => {
    if (++this.work.nameComparisons > this.policy.limits.nameConstraints)
      throw new BudgetExhausted('budget.name_constraints');
  };

  private levelOf(certificate: Certificate): number {
    return this.levels.get(certificate)!;
  }

  /** The reason from the way that came nearest to the leaf is the one that helps its owner; of those, the deepest. */
  private note(reason: Reason): void {
    const known = this.nearest;
    const isBetter =
      known === undefined ||
      reason.missed < known.missed ||
      (reason.missed === known.missed && reason.depth > known.depth);
    if (isBetter) this.nearest = reason;
  }
}

class BudgetExhausted extends Error {
  constructor(readonly fault: CertificateFault) {
    super(fault);
  }
}

const lowestOf = ({ chain, anchor }: VerifiedPath): Certificate => chain[0] ?? anchor.certificate;

const isNamedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  certificate.issuer.canonical === issuer.subject.canonical;

/**
 * Which certificates names lead to, upwards from the leaf, and how far above it: 0 is the leaf, 1 whoever bears
 * its issuer's name, and so on. Names alone: nothing here is proven.
 */
function levelsAbove(leaf: Certificate, bag: readonly Certificate[]): Map<Certificate, number> {
  const levels = new Map([[leaf, LEAF]]);
  // A Map also hands out the entries that are added while it is walked through.
  for (const [below, level] of levels) {
    for (const entry of bag) {
      if (!levels.has(entry) && isNamedBy(below, entry) && !isSameEntity(entry, leaf))
        levels.set(entry, level + 1);
    }
  }
  return levels;
}

/** Why there is no path where no signature had to be checked: the names end before an anchor. */
function endOfNames(levels: ReadonlyMap<Certificate, number>): { fault: CertificateFault; depth: number } {
  const [last, depth] = [...levels].at(-1)!;
  return { fault: last.isSelfIssued ? 'path.untrusted_root' : 'path.no_anchor', depth };
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
