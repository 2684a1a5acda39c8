import {
  judgeNameConstraints,
  judgeNames,
  judgeParsing,
  judgeRevocationList,
  judgeSignature,
} from './part-cases.js';
import { judgeOcsp } from './ocsp-case.js';
import { judgePath } from './path-case.js';
import {
  expectedOf,
  unsupported,
  UnreadableCase,
  type Decision,
  type VectorCase,
  type VectorFile,
} from './vectors.js';

/** One decided case, as it is printed. */
export interface JudgedCase {
  readonly suite: string;
  readonly id: string;
  readonly tier: string | null;
  readonly expected: 'accept' | 'reject' | null;
  readonly verdict: Decision['verdict'];
  readonly reason: string | null;
  /** Milliseconds, parsing included. */
  readonly ms: number;
}

/**
 * Decides one case of public test vectors with the validator that the product uses; the options of the case become its
 * switches. A case of a shape that is not known is `unsupported`, never accepted.
 */
export function judgeCase(found: VectorCase, file: VectorFile, now: Date, clock: () => number): JudgedCase {
  const start = clock();
  const decision = decideOrRefuse(found, file, now);
  return {
    suite: typeof found['suite'] === 'string' ? found['suite'] : file.suite,
    id: found.id,
    tier: found.tier ?? null,
    expected: expectedOf(found) ?? null,
    verdict: decision.verdict,
    reason: decision.verdict === 'accept' ? null : decision.reason,
    ms: Number((clock() - start).toFixed(3)),
  };
}

/** A case that is not written as its suite writes them is no verdict about a certificate. */
function decideOrRefuse(found: VectorCase, file: VectorFile, now: Date): Decision {
  try {
    return decide(found, file, now);
  } catch (error) {
    if (!(error instanceof UnreadableCase)) throw error;
    return unsupported(error.message);
  }
}

function decide(found: VectorCase, file: VectorFile, now: Date): Decision {
  if ('leaf' in found) return judgePath(found, now);
  if ('crl' in found) return judgeRevocationList(found, now);
  if ('ocsp' in found) return judgeOcsp(found, file, now);
  if ('nc' in found) return judgeNameConstraints(found, file);
  if ('spki' in found) return judgeSignature(found);
  if ('a' in found && 'b' in found) return judgeNames(found, file);
  if ('cert' in found) return judgeParsing(found);
  return unsupported('the members of the case are not known');
}
