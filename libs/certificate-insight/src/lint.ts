import { lintChain, lintIssuer, lintPublicIssuer } from './lint-chain.js';
import { lintAlgorithms } from './lint-algorithms.js';
import { lintNames } from './lint-names.js';
import { lintAuthorityUsage, lintLeafUsage, lintNotAuthority } from './lint-usage.js';
import { lintRequest } from './lint-request.js';
import { lintLifetime, lintValidity, lintVersion } from './lint-validity.js';
import type { Chain, IntendedUse } from './intended-use.js';
import { worstFirst, type Check } from './lints.js';
import type { DecodedCertificate } from './decode-certificate.js';
import type { Pasted } from './read-pasted.js';
import type { Insight } from './read-pasted-certificate.js';

/**
 * Says in words what is wrong with what was read, and what is right, for one intended use at `now`; the worst first.
 * It holds the checks of reading too, so that its answer alone is the whole list. Of a JWK Set each certificate is judged,
 * of a request what it asks for.
 *
 * Does NOT decide about trust: no signature is verified against an anchor, no revocation is asked. The server repeats
 * the checks on what it receives, and has more of them.
 */
export function lint(read: Insight | Pasted, use: IntendedUse, now: Date): Check[] {
  return worstFirst('readable' in read ? lintOne(read, use, now) : lintPasted(read, use, now));
}

function lintOne(insight: Insight, use: IntendedUse, now: Date): Check[] {
  return insight.readable
    ? [...insight.checks, ...lintFor(use, insight.certificates, now)]
    : [...insight.checks];
}

function lintPasted(pasted: Pasted, use: IntendedUse, now: Date): Check[] {
  switch (pasted.kind) {
    case 'refused':
      return [...pasted.checks];
    case 'request':
      return lintRequest(pasted.request, use);
    case 'jwks':
      return pasted.keys.flatMap(({ index, chain, checks }) => [
        ...checks,
        ...(chain === undefined ? [] : lintFor(use, chain, now).map((check) => ({ ...check, key: index }))),
      ]);
    default:
      return [...pasted.checks, ...lintFor(use, pasted.certificates, now)];
  }
}

function lintFor(use: IntendedUse, chain: Chain<DecodedCertificate>, now: Date): Check[] {
  const [leaf] = chain;
  switch (use.mode) {
    case 'match-by-name':
      return [
        ...lintNotAuthority(leaf),
        ...lintIssuer(leaf),
        ...lintPublicIssuer(leaf),
        ...lintLeafUsage(chain, use.serverAuthExcepted),
        ...lintNames(leaf, use.field),
        ...lintValidity(chain, now),
        ...lintLifetime(leaf),
        ...lintVersion(chain),
        ...lintAlgorithms(
          chain,
          chain.filter(({ isSelfSigned }) => !isSelfSigned),
        ),
        ...lintChain(chain, use.anchorSubjects),
      ];
    // A pinned certificate may be a CA (RFC 8705 §2.2): `openssl req -x509` makes such ones.
    case 'pin-certificate':
      return [
        ...lintLeafUsage([leaf]),
        ...lintValidity([leaf], now),
        ...lintLifetime(leaf),
        ...lintVersion([leaf]),
        ...lintAlgorithms([leaf], [leaf]),
      ];
    // RFC 5280 §6.1.1: an anchor's own signature is not part of any path.
    case 'trust-anchor':
      return [
        ...chain.flatMap((authority) => lintAuthorityUsage(authority, use.serverAuthExcepted)),
        ...lintValidity(chain, now),
        ...lintVersion(chain),
        ...lintAlgorithms(chain, chain.slice(0, -1)),
      ];
  }
}
