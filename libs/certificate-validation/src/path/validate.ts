import { parseCertificate, type Certificate, type ParsedCertificate } from '../certificate/certificate.js';
import type { CertificateFault } from '../fault.js';
import { authorityFactsFault, leafFault, validityOf } from './check.js';
import { PARTNER_CERTIFICATES, type ValidationPolicy } from './policy.js';
import { PathSearch, type SearchWork, type TrustAnchor, type VerifiedPath } from './search.js';
import { publicKeyThumbprint } from './signature.js';

/** What a validation has cost, counted rather than timed. */
export interface ValidationWork extends SearchWork {
  /** Entries of the bag that are no well-formed certificate, and were left out. */
  readonly unreadable: number;
}

/**
 * Something that may stand between leaf and anchor. DER, or what `parseCertificate` made of it, is what a client
 * presents: it counts against `limits.bag`. A `Certificate` is what we have stored for the client: it does not.
 */
export type BagEntry = Certificate | Uint8Array | ParsedCertificate;

/** Whether a leaf chains to an anchor: by which path and until when, or what is wrong with which certificate. */
export type CertificateVerdict<A extends TrustAnchor = TrustAnchor> =
  | {
      readonly trusted: true;
      readonly path: VerifiedPath<A>;
      /** Until when the verdict holds: the last second in which every certificate of the path is valid, or the exception ends. */
      readonly validUntil: Date;
      readonly work: ValidationWork;
    }
  | {
      readonly trusted: false;
      readonly fault: CertificateFault;
      /**
       * Which certificate the fault is about: 0 is the leaf, 1 its issuer, and so on. Counted by names where no path
       * from the leaf to it is proven.
       */
      readonly depth: number;
      readonly work: ValidationWork;
    };

/**
 * Decides whether `leaf` chains to one of `anchors` for the policy's purpose at `now` (RFC 5280 §6.1, RFC 8705
 * §2.1). `bag` holds, in any order, what may stand between them; what is no certificate is left out. Anchors are
 * tried in the order given: the path is one to the first of them that verifies.
 *
 * Signatures are checked from the anchors down, so what strangers send costs next to nothing: see `PathSearch`.
 *
 * A leaf for servers only counts while its anchor says so (`serverAuthUntil`): see `validateServerCertificate`.
 *
 * Does NOT check revocation, nor which client the leaf belongs to: see `matchesRegisteredName`.
 */
export function validateClientCertificate<A extends TrustAnchor>(
  leaf: Certificate,
  bag: readonly BagEntry[],
  anchors: readonly A[],
  policy: ValidationPolicy,
  now: Date,
): CertificateVerdict<A> {
  const verdict = validatePath(leaf, bag, anchors, policy, now);
  const lacksPurpose = !verdict.trusted && verdict.fault === 'leaf.eku' && policy.purpose === 'clientAuth';
  return lacksPurpose ? validateServerCertificate(leaf, bag, anchors, policy, now) : verdict;
}

/**
 * The exception for leaves that may be used by servers only (RFC 5280 §4.2.1.12): the path is judged for serverAuth,
 * the extended key usage of its issuers too, and counts if the exception of its anchor has not ended.
 *
 * The path is searched also where no exception is in force, so that the time of a refusal does not tell whether one is.
 */
function validateServerCertificate<A extends TrustAnchor>(
  leaf: Certificate,
  bag: readonly BagEntry[],
  anchors: readonly A[],
  policy: ValidationPolicy,
  now: Date,
): CertificateVerdict<A> {
  const exceptFirst = anchors.toSorted(
    (a, b) => Number(exceptsServers(b, now)) - Number(exceptsServers(a, now)),
  );
  const verdict = validatePath(leaf, bag, exceptFirst, { ...policy, purpose: 'serverAuth' }, now);
  if (!verdict.trusted) return verdict;
  const { anchor } = verdict.path;
  if (!exceptsServers(anchor, now))
    return { trusted: false, fault: 'leaf.eku', depth: 0, work: verdict.work };
  const until = Math.min(verdict.validUntil.getTime(), anchor.serverAuthUntil.getTime());
  return { ...verdict, validUntil: new Date(until) };
}

/** Written so that an invalid date is never "in force". */
const exceptsServers = <A extends TrustAnchor>(
  anchor: A,
  now: Date,
): anchor is A & { readonly serverAuthUntil: Date } =>
  anchor.serverAuthUntil !== undefined && now.getTime() <= anchor.serverAuthUntil.getTime();

function validatePath<A extends TrustAnchor>(
  leaf: Certificate,
  bag: readonly BagEntry[],
  anchors: readonly A[],
  policy: ValidationPolicy,
  now: Date,
): CertificateVerdict<A> {
  const idle: ValidationWork = { signatures: 0, steps: 0, nameComparisons: 0, unreadable: 0 };
  const fault = entryFault(leaf, bag, anchors, policy, now);
  if (fault !== undefined) return { trusted: false, fault, depth: 0, work: idle };

  const candidates = bag.map(toCertificate).filter((entry) => entry !== undefined);
  const result = new PathSearch(leaf, candidates, anchors, policy, now).run();
  const work = { ...result.work, unreadable: bag.length - candidates.length };
  if (result.path === undefined) return { trusted: false, fault: result.fault, depth: result.depth, work };
  return { trusted: true, path: result.path, validUntil: endOf(result.path, policy), work };
}

/** Whether a certificate is sound by itself, or the first thing that is wrong with it. Says nothing about trust. */
export type LeafVerdict =
  { readonly sound: true } | { readonly sound: false; readonly fault: CertificateFault };

/**
 * Judges what the leaf says by itself: version, key, signature algorithm, validity, usage for client
 * authentication, critical extensions. It needs no registry, so its answer may be told to the caller.
 *
 * Does NOT verify any signature. Does NOT refuse a leaf that is a CA: a pinned self-signed certificate may say
 * so (RFC 8705 §2.2).
 */
export function judgeLeaf(leaf: Certificate, now: Date): LeafVerdict {
  return leafVerdictUnder(leaf, PARTNER_CERTIFICATES, now);
}

/**
 * Whether nothing is wrong with the leaf but that it may be used by servers only: serverAuth is named in its extended key
 * usage, clientAuth and any purpose are not. Only an anchor can let it count (`TrustAnchor.serverAuthUntil`).
 */
export function isForServersOnly(leaf: Certificate, now: Date): boolean {
  const asServer = leafVerdictUnder(leaf, { ...PARTNER_CERTIFICATES, purpose: 'serverAuth' }, now);
  return asServer.sound && !judgeLeaf(leaf, now).sound;
}

/** `judgeLeaf` under another policy than that for partners: another purpose, a mandatory extendedKeyUsage. */
export function leafVerdictUnder(leaf: Certificate, policy: ValidationPolicy, now: Date): LeafVerdict {
  return toLeafVerdict(leafFault(leaf, policy, now));
}

/**
 * Judges whether a certificate may be registered as a trust anchor: version 3, CA bit, keyCertSign, a strong
 * key, valid at `now`, and no extension that would make every path under it fail.
 *
 * Does NOT verify its own signature: an anchor is trusted because it was registered (RFC 5280 §6.1.1).
 */
export function judgeAuthority(authority: Certificate, now: Date): LeafVerdict {
  const facts = authorityFactsFault(authority);
  if (facts !== undefined) return toLeafVerdict(facts);
  const validity = validityOf(authority, now);
  return toLeafVerdict(validity === 'valid' ? undefined : `validity.anchor_${validity}`);
}

const toLeafVerdict = (fault: CertificateFault | undefined): LeafVerdict =>
  fault === undefined ? { sound: true } : { sound: false, fault };

function entryFault(
  leaf: Certificate,
  bag: readonly BagEntry[],
  anchors: readonly TrustAnchor[],
  policy: ValidationPolicy,
  now: Date,
): CertificateFault | undefined {
  const facts = leafFault(leaf, policy, now);
  if (facts !== undefined) return facts;
  if (policy.authorityAsLeaf === 'refuse' && leaf.isCa) return 'leaf.is_ca';
  const key = publicKeyThumbprint(leaf);
  if (anchors.some(({ certificate }) => publicKeyThumbprint(certificate) === key))
    return 'path.leaf_is_anchor';
  return bag.filter(isPresented).length > policy.limits.bag ? 'budget.bag' : undefined;
}

const isPresented = (entry: BagEntry): entry is Uint8Array | ParsedCertificate =>
  entry instanceof Uint8Array || 'parsed' in entry;

/** An entry that cannot be read cannot be on a path either; what the client sends beside the leaf proves nothing. */
function toCertificate(entry: BagEntry): Certificate | undefined {
  if (!isPresented(entry)) return entry;
  const result = entry instanceof Uint8Array ? parseCertificate(entry) : entry;
  return result.parsed ? result.certificate : undefined;
}

function endOf({ leaf, chain, anchor }: VerifiedPath, policy: ValidationPolicy): Date {
  const path = [leaf, ...chain, ...(policy.anchor.validity === 'enforce' ? [anchor.certificate] : [])];
  return new Date(Math.min(...path.map(({ notAfter }) => notAfter.getTime())));
}
