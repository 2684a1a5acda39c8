import type { TokenDenial } from '@holdfast/oauth-protocol';
import type { JudgedPath } from './evidence.js';

/** Why the certificates of a trusted path do not count all the same, and which of them it is: 0 is the leaf. */
export interface StoppedByRevocation {
  readonly denial: TokenDenial;
  readonly detail: { readonly fault: string; readonly depth: number };
}

/** Revoked refuses under every anchor that asks; unknown where the anchor insists on an answer. */
export function stoppedByRevocation({ verdict, revocation }: JudgedPath): StoppedByRevocation | undefined {
  if (revocation === undefined || revocation.status === 'good') return undefined;
  const { depth } = revocation;
  if (revocation.status === 'revoked')
    return { denial: 'certificate_revoked', detail: { fault: 'rev.revoked', depth } };
  // Whatever is not known to be soft insists.
  if (verdict.trusted && verdict.path.anchor.revocation.mode === 'soft') return undefined;
  return { denial: 'revocation_unknown', detail: { fault: revocation.cause, depth } };
}
