import { lintChain, lintIssuer } from './lint-chain.js';
import { lintAlgorithms } from './lint-algorithms.js';
import { lintNames } from './lint-names.js';
import { lintAuthorityUsage, lintLeafUsage, lintNotAuthority } from './lint-usage.js';
import { lintValidity, lintVersion } from './lint-validity.js';
import type { IntendedUse } from './intended-use.js';
import { worstFirst, type Check } from './lints.js';
import type { Insight } from './read-pasted-certificate.js';

/**
 * Says in words what is wrong with what was read, and what is right, for one intended use at `now`; the worst first.
 * It holds `insight.checks` too, so that its answer alone is the whole list.
 *
 * Does NOT decide about trust: no signature is verified against an anchor, no revocation is asked. The server repeats
 * the checks on what it receives, and has more of them.
 */
export function lint(insight: Insight, use: IntendedUse, now: Date): Check[] {
  if (!insight.readable) return [...insight.checks];
  const { certificates: chain } = insight;
  return worstFirst([...insight.checks, ...lintFor(use, chain, now)]);
}

function lintFor(
  use: IntendedUse,
  chain: Extract<Insight, { readable: true }>['certificates'],
  now: Date,
): Check[] {
  const [leaf] = chain;
  switch (use.mode) {
    case 'match-by-name':
      return [
        ...lintNotAuthority(leaf),
        ...lintIssuer(leaf),
        ...lintLeafUsage(chain, use.serverAuthExcepted),
        ...lintNames(leaf, use.field),
        ...lintValidity(chain, now),
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
