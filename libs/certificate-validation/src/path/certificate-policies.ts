import type { Certificate } from '../certificate/certificate.js';
import type { PolicyMapping } from '../certificate/certificate-policies.js';
import type { CertificateFault } from '../fault.js';
import type { InitialPolicies } from './policy.js';

/** A policy at one depth of the graph: what the next certificate may call it, and what it came from. */
interface PolicyNode {
  readonly policy: string;
  expected: readonly string[];
  readonly parents: readonly PolicyNode[];
}

/** The nodes of one depth by policy: RFC 9618 §5.1 has one for each, so the graph grows with the path only. */
type Depth = Map<string, PolicyNode>;

const ANY_POLICY = '2.5.29.32.0';

/**
 * Whether the certificate policies of a path allow it (RFC 5280 §6.1.2 to §6.1.5 with the policy graph of RFC 9618):
 * where a policy is required, by us or by an issuer, one must be valid from the top to the leaf.
 *
 * `path` goes from the anchor's side down to the leaf. An `anchor` given takes part with what its certificate says.
 */
export function certificatePolicyFault(
  path: readonly Certificate[],
  anchor: Certificate | undefined,
  initial: InitialPolicies,
): CertificateFault | undefined {
  if ([anchor, ...path].some(hasUnprocessedQualifier)) return 'policy.qualifier_unknown';
  const processing = new PolicyProcessing(path.length, initial);
  if (anchor !== undefined) {
    // Not being part of the path, an anchor that names no policies restricts none (RFC 5937 §3.2).
    if (anchor.certificatePolicies !== undefined) processing.enter(anchor, false);
    if (!processing.prepareForNext(anchor)) return 'policy.any_mapped';
  }
  for (const [at, certificate] of path.entries()) {
    const isLeaf = at === path.length - 1;
    processing.enter(certificate, isLeaf);
    if (processing.lacksRequiredPolicy) return 'policy.none_valid';
    if (!isLeaf && !processing.prepareForNext(certificate)) return 'policy.any_mapped';
  }
  return processing.isAcceptable(path.at(-1)!) ? undefined : 'policy.none_valid';
}

/** RFC 5280 §4.2.1.4: whoever cannot process a qualifier of a critical extension MUST reject it. */
function hasUnprocessedQualifier(certificate: Certificate | undefined): boolean {
  const isCritical = certificate?.extensions.some(({ oid, critical }) => oid === POLICIES && critical);
  return isCritical === true && certificate?.certificatePolicies?.hasUnknownQualifier === true;
}

const POLICIES = '2.5.29.32';

/** The state variables of RFC 5280 §6.1.2. */
class PolicyProcessing {
  private nodes: Depth = new Map([[ANY_POLICY, { policy: ANY_POLICY, expected: [ANY_POLICY], parents: [] }]]);
  private explicitPolicy: number;
  private policyMapping: number;
  private inhibitAnyPolicy: number;

  constructor(
    length: number,
    private readonly initial: InitialPolicies,
  ) {
    // One more than for the path alone, for an anchor that takes part.
    const never = length + 2;
    this.explicitPolicy = initial.explicitPolicy === 'require' ? 0 : never;
    this.policyMapping = initial.policyMapping === 'inhibit' ? 0 : never;
    this.inhibitAnyPolicy = initial.anyPolicy === 'inhibit' ? 0 : never;
  }

  /** RFC 5280 §6.1.3 (f). */
  get lacksRequiredPolicy(): boolean {
    return this.explicitPolicy === 0 && this.nodes.size === 0;
  }

  /** RFC 9618 §5.3, replacing RFC 5280 §6.1.3 (d) and (e). */
  enter({ certificatePolicies, isSelfIssued }: Certificate, isLeaf: boolean): void {
    const above = [...this.nodes.values()];
    this.nodes = new Map();
    const policies = certificatePolicies?.policies ?? [];
    const add = (policy: string, parents: readonly PolicyNode[]): void => {
      if (parents.length > 0) this.nodes.set(policy, { policy, expected: [policy], parents });
    };
    const expecting = (policy: string): PolicyNode[] =>
      above.filter(({ expected }) => expected.includes(policy));
    const any = above.filter(({ policy }) => policy === ANY_POLICY);
    for (const policy of policies) {
      if (policy === ANY_POLICY) continue;
      const parents = expecting(policy);
      add(policy, parents.length > 0 ? parents : any);
    }
    const takesAnyPolicy = this.inhibitAnyPolicy > 0 || (!isLeaf && isSelfIssued);
    if (!policies.includes(ANY_POLICY) || !takesAnyPolicy) return;
    for (const policy of new Set(above.flatMap(({ expected }) => expected))) {
      if (!this.nodes.has(policy)) add(policy, expecting(policy));
    }
  }

  /** RFC 5280 §6.1.4 (a), (b), (h), (i) and (j). Fails for a mapping from or to anyPolicy. */
  prepareForNext(certificate: Certificate): boolean {
    const { policyMappings = [], policyConstraints, inhibitAnyPolicy, isSelfIssued } = certificate;
    const isAny = ({ issuerDomain, subjectDomain }: PolicyMapping): boolean =>
      issuerDomain === ANY_POLICY || subjectDomain === ANY_POLICY;
    if (policyMappings.some(isAny)) return false;
    this.map(policyMappings);
    if (!isSelfIssued) {
      this.explicitPolicy = Math.max(0, this.explicitPolicy - 1);
      this.policyMapping = Math.max(0, this.policyMapping - 1);
      this.inhibitAnyPolicy = Math.max(0, this.inhibitAnyPolicy - 1);
    }
    this.explicitPolicy = Math.min(this.explicitPolicy, policyConstraints?.requireExplicitPolicy ?? Infinity);
    this.policyMapping = Math.min(this.policyMapping, policyConstraints?.inhibitPolicyMapping ?? Infinity);
    this.inhibitAnyPolicy = Math.min(this.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity);
    return true;
  }

  /** RFC 5280 §6.1.5 (a), (b) and (g). */
  isAcceptable(leaf: Certificate): boolean {
    const isRequired = this.explicitPolicy <= 1 || leaf.policyConstraints?.requireExplicitPolicy === 0;
    if (!isRequired) return true;
    const { acceptable } = this.initial;
    const valid = this.authorityConstrainedPolicies();
    if (acceptable === 'any' || valid.has(ANY_POLICY)) return valid.size > 0;
    return acceptable.some((policy) => valid.has(policy));
  }

  /** RFC 9618 §5.4, replacing RFC 5280 §6.1.4 (b). */
  private map(mappings: readonly PolicyMapping[]): void {
    const any = this.nodes.get(ANY_POLICY);
    for (const policy of new Set(mappings.map(({ issuerDomain }) => issuerDomain))) {
      const node = this.nodes.get(policy);
      if (this.policyMapping === 0) {
        this.nodes.delete(policy);
        continue;
      }
      const expected = mappings
        .filter(({ issuerDomain }) => issuerDomain === policy)
        .map(({ subjectDomain }) => subjectDomain);
      if (node !== undefined) node.expected = expected;
      else if (any !== undefined) this.nodes.set(policy, { policy, expected, parents: any.parents });
    }
  }

  /** RFC 9618 §5.5: the policies, in the words of the top, that lead down to the leaf. */
  private authorityConstrainedPolicies(): ReadonlySet<string> {
    const policies = new Set<string>();
    const seen = new Set(this.nodes.values());
    // A Set also hands out the nodes that are added while it is walked through.
    for (const { policy, parents } of seen) {
      if (parents.length === 0 || parents.some((parent) => parent.policy === ANY_POLICY))
        policies.add(policy);
      for (const parent of parents) if (parent.policy !== ANY_POLICY) seen.add(parent);
    }
    return policies;
  }
}
