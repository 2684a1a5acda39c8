import type { DecodedCertificate } from './decode-certificate.js';
import { foreignCheck } from './foreign-content.js';
import type { Check } from './lints.js';
import { readPasted, severalLeaves, type Pasted } from './read-pasted.js';

/** What was read where one certificate is wanted, with its issuers if they are there. */
export type Insight = ReadableInsight | UnreadableInsight;

export interface ReadableInsight {
  readonly readable: true;
  /** The leaf (or the lowest authority) first, then its issuers. Send the `pem` of these, never the input. */
  readonly certificates: readonly [DecodedCertificate, ...DecodedCertificate[]];
  /** What had to be put right while reading. What the certificates are good for: see `lint`. */
  readonly checks: readonly Check[];
}

export interface UnreadableInsight {
  readonly readable: false;
  /** One check of level `block`. */
  readonly checks: readonly [Check];
}

/** Reads what a person gives where one certificate is wanted: `readPasted`, and `toOneCertificate` of it. */
export async function readPastedCertificate(input: string | Uint8Array): Promise<Insight> {
  return toOneCertificate(await readPasted(input));
}

/**
 * The one certificate of what was read, with its issuers, or why there is none: a request is not one yet, a JWK Set may
 * have none, or several. A key of the set without a certificate stands among the checks.
 */
export function toOneCertificate(pasted: Pasted): Insight {
  switch (pasted.kind) {
    case 'refused':
      return { readable: false, checks: pasted.checks };
    case 'request':
      return refuse(foreignCheck('certificate_request'));
    case 'jwks': {
      const [only, ...more] = pasted.keys.flatMap(({ chain }) => (chain === undefined ? [] : [chain]));
      if (only === undefined) return refuse(foreignCheck('web_key'));
      if (more.length > 0) return refuse(severalLeaves([only, ...more].map(([leaf]) => leaf)));
      return { readable: true, certificates: only, checks: pasted.keys.flatMap(({ checks }) => checks) };
    }
    default:
      return { readable: true, certificates: pasted.certificates, checks: pasted.checks };
  }
}

const refuse = (check: Check): UnreadableInsight => ({ readable: false, checks: [check] });
