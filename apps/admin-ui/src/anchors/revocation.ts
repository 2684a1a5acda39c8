import type { Anchor } from '../api/entities.js';

export type RevocationMode = Anchor['revocation'];

/** What each mode means, in words for somebody who has to choose. */
export const REVOCATION: Readonly<Record<RevocationMode, { label: string; meaning: string }>> = {
  hard: {
    label: 'Check, and refuse when unknown',
    meaning:
      'A certificate counts only while a fresh revocation list of its authority says that it is not revoked.',
  },
  soft: {
    label: 'Check, and accept when unknown',
    meaning:
      'A revoked certificate is refused. When no fresh list is at hand, tokens are issued and it is recorded.',
  },
  off: {
    label: 'Do not check',
    meaning:
      'A certificate that its authority has revoked still counts. Suspending the application stops it.',
  },
};
