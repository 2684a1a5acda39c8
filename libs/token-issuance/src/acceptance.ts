import {
  isForServersOnly,
  judgeLeaf,
  parseCertificate,
  type CertificateFault,
  type UnknownCause,
} from '@holdfast/certificate-validation';
import type { ParsedAnchor } from '@holdfast/client-registry';
import type { TokenDenial } from '@holdfast/oauth-protocol';
import { denialForLeaf, denialForPath } from './denial.js';
import { judgePath, type CertificatePolicy } from './evidence.js';
import { stoppedByRevocation } from './stopped-by-revocation.js';

/** Whether a certificate would count under one anchor, or the denial that its owner would meet. */
export type Acceptance =
  | {
      readonly accepted: true;
      /** Why it is not known whether it is revoked, where the anchor accepts that (soft). */
      readonly unknownRevocation: UnknownCause | undefined;
    }
  | {
      readonly accepted: false;
      readonly denial: TokenDenial;
      readonly fault: string;
      /** Which certificate it is about: 0 is the leaf. */
      readonly depth: number;
    };

/**
 * What the token service would decide about a certificate under one anchor at `now`, with `bag` sent along: the same
 * steps as `IssueToken.authenticate`, in the same order (RFC 8705 §2.1).
 *
 * Does NOT ask whether a client is registered with a name of it, nor whether anybody holds its key.
 */
export function judgeAcceptance(
  leaf: Uint8Array,
  bag: readonly Uint8Array[],
  { anchor, intermediates }: ParsedAnchor,
  policy: CertificatePolicy,
  now: Date,
): Acceptance {
  const parsed = parseCertificate(leaf);
  if (!parsed.parsed) return refusedLeaf(parsed.fault);
  const judged = judgeLeaf(parsed.certificate, now);
  // Only the anchor can say whether a leaf for servers only counts (ADR 0015).
  if (!judged.sound && !isForServersOnly(parsed.certificate, now)) return refusedLeaf(judged.fault);
  if (anchor.status !== 'active')
    return { accepted: false, denial: 'anchor_suspended', fault: 'anchor.suspended', depth: 0 };
  const path = judgePath(parsed.certificate, bag, { anchors: [anchor], intermediates }, policy, now);
  const { verdict, revocation } = path;
  if (!verdict.trusted) {
    if (!judged.sound) return refusedLeaf(judged.fault);
    const { fault, depth } = verdict;
    return { accepted: false, denial: denialForPath(fault), fault, depth };
  }
  const stopped = stoppedByRevocation(path);
  if (stopped !== undefined) return { accepted: false, denial: stopped.denial, ...stopped.detail };
  return {
    accepted: true,
    unknownRevocation: revocation?.status === 'unknown' ? revocation.cause : undefined,
  };
}

const refusedLeaf = (fault: CertificateFault): Acceptance => ({
  accepted: false,
  denial: denialForLeaf(fault),
  fault,
  depth: 0,
});
