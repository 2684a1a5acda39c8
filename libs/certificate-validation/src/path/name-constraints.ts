import type { Certificate } from '../certificate/certificate.js';
import type { SubjectAltNames } from '../certificate/general-names.js';
import type { NameConstraints, Subtrees } from '../certificate/name-constraints.js';
import type { CertificateFault } from '../fault.js';
import { isWithinSubtree, mayBeWithinSubtree, type DistinguishedName } from '../name/distinguished-name.js';
import { DNS_SUBTREE, EMAIL_SUBTREE, IP_SUBTREE, URI_SUBTREE, type SubtreeRule } from './name-subtree.js';

/** The names of a certificate that constraints are about. */
export interface ConstrainedNames {
  readonly subject: DistinguishedName;
  /** `undefined` if the certificate has no such extension. */
  readonly subjectAltNames: SubjectAltNames | undefined;
}

/** Called before each comparison of a name with a subtree; throws when there were too many. */
export type SpendComparison = () => void;

/**
 * Whether every name of a certificate lies in a permitted and in no excluded subtree (RFC 5280 §6.1.3 (b) and (c)):
 * the fault if not. A kind without a permitted subtree is not restricted; an exclusion wins. A name that cannot be
 * compared is refused as soon as its kind is constrained.
 */
export function nameConstraintFault(
  { permitted, excluded }: NameConstraints,
  names: ConstrainedNames,
  spend: SpendComparison,
): CertificateFault | undefined {
  const constrained = [...(permitted?.others ?? []), ...(excluded?.others ?? [])];
  const others = names.subjectAltNames?.others ?? [];
  if (others.some((kind) => constrained.includes(kind))) return 'nc.unsupported_type';
  const faultOf = <Name, Base>(
    found: readonly Name[],
    basesIn: (subtrees: Subtrees) => readonly Base[],
    rule: SubtreeRule<Name, Base>,
  ): CertificateFault | undefined =>
    faultOfKind(found, permitted && basesIn(permitted), excluded && basesIn(excluded), rule, spend);
  const { dns, uri, ip } = names.subjectAltNames ?? {};
  return (
    faultOf(directoryNamesOf(names), ({ directory }) => directory, DIRECTORY_SUBTREE) ??
    faultOf(dns ?? [], (subtrees) => subtrees.dns, DNS_SUBTREE) ??
    faultOf(mailboxesOf(names), ({ email }) => email, EMAIL_SUBTREE) ??
    faultOf(uri ?? [], (subtrees) => subtrees.uri, URI_SUBTREE) ??
    faultOf(ip ?? [], (subtrees) => subtrees.ip, IP_SUBTREE)
  );
}

/**
 * RFC 5280 §6.1.3 (b), (c) for a whole path, leaf first: each certificate under the constraints of every authority
 * above it, and where the fault is. Self-issued intermediates are not judged. An `anchor` given constrains as well.
 */
export function pathNamesFault(
  path: readonly Certificate[],
  anchor: Certificate | undefined,
  spend: SpendComparison,
): { fault: CertificateFault; depth: number } | undefined {
  const constraining = [...path.slice(1), ...(anchor === undefined ? [] : [anchor])];
  for (const [above, { nameConstraints }] of constraining.entries()) {
    if (nameConstraints === undefined) continue;
    for (const [depth, certificate] of path.slice(0, above + 1).entries()) {
      if (depth > 0 && certificate.isSelfIssued) continue;
      const fault = nameConstraintFault(nameConstraints, constrainedNamesOf(certificate), spend);
      if (fault !== undefined) return { fault, depth };
    }
  }
  return undefined;
}

/** What constraints look at in a parsed certificate. */
function constrainedNamesOf({ subject, subjectAltNames, extensions }: Certificate): ConstrainedNames {
  const isPresent = extensions.some(({ oid }) => oid === SUBJECT_ALT_NAME);
  return { subject, subjectAltNames: isPresent ? subjectAltNames : undefined };
}

function faultOfKind<Name, Base>(
  names: readonly Name[],
  permitted: readonly Base[] = [],
  excluded: readonly Base[] = [],
  rule: SubtreeRule<Name, Base>,
  spend: SpendComparison,
): CertificateFault | undefined {
  const isHit = (asks: (base: Base, name: Name) => boolean, bases: readonly Base[], name: Name): boolean =>
    bases.some((base) => {
      spend();
      return asks(base, name);
    });
  for (const name of names) {
    if (isHit(rule.excludes, excluded, name)) return 'nc.excluded';
    if (permitted.length > 0 && !isHit(rule.permits, permitted, name)) return 'nc.not_permitted';
  }
  return undefined;
}

const DIRECTORY_SUBTREE: SubtreeRule<DistinguishedName, DistinguishedName> = {
  permits: (base, name) => isWithinSubtree(name, base),
  excludes: (base, name) => mayBeWithinSubtree(name, base),
};

/** RFC 5280 §4.2.1.10: the subject, if it is not empty, and every directoryName among the alternative names. */
function directoryNamesOf({ subject, subjectAltNames }: ConstrainedNames): readonly DistinguishedName[] {
  const directory = subjectAltNames?.directory ?? [];
  return subject.rdns.length > 0 ? [subject, ...directory] : directory;
}

/** RFC 5280 §4.2.1.10: without alternative names, emailAddress attributes of the subject count as mailboxes. */
function mailboxesOf({ subject, subjectAltNames }: ConstrainedNames): readonly string[] {
  if (subjectAltNames !== undefined) return subjectAltNames.email;
  // A value whose string type is unknown is no mailbox that could be compared: the empty text fails every rule.
  return subject.rdns
    .flat()
    .filter(({ type }) => type === EMAIL_ADDRESS)
    .map(({ text }) => text ?? '');
}

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const SUBJECT_ALT_NAME = '2.5.29.17';
