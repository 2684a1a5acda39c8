import type { AcceptedAlgorithms } from '../path/signature-algorithm.js';

/** Why it is not known whether a certificate is revoked. Unknown is never good. */
export const UNKNOWN_CAUSES = {
  'rev.unknown_no_source': 'No CRL or OCSP response of the issuer is at hand.',
  'rev.unknown_malformed': 'A CRL or OCSP response, or what the certificate says about them, cannot be read.',
  'rev.unknown_stale': 'What is at hand is too old, or from the future.',
  'rev.unknown_scope': 'What is at hand does not cover this certificate, or not for every reason.',
  'rev.unknown_critical_extension': 'A critical extension is not processed here.',
  'rev.unknown_signer': 'Nobody who may sign for the issuer has signed it.',
  'rev.unknown_signature': 'The signature does not verify.',
} as const;

export type UnknownCause = keyof typeof UNKNOWN_CAUSES;

/** Whether a certificate is revoked, and until when the answer holds. */
export type RevocationStatus =
  | { readonly status: 'good'; readonly freshUntil: Date }
  | { readonly status: 'revoked'; readonly since: Date; readonly reason: number | undefined }
  | { readonly status: 'unknown'; readonly cause: UnknownCause };

/** Which statements about revocation are believed, and for how long. */
export interface RevocationRules {
  readonly signatureAlgorithms: AcceptedAlgorithms;
  /** Seconds after thisUpdate, even if nextUpdate is later. */
  readonly maximumAge: number;
  /** Seconds after thisUpdate for statements without nextUpdate. */
  readonly maximumAgeWithoutNextUpdate: number;
}

/** What the product believes: strong signatures, and a week without nextUpdate. */
export const PARTNER_REVOCATION: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 7 * 86_400,
};

/** The end of the time in which a statement is believed, or `undefined` if `now` is not in it. */
export function freshUntil(
  statement: { readonly thisUpdate: Date; readonly nextUpdate: Date | undefined },
  { maximumAge, maximumAgeWithoutNextUpdate }: RevocationRules,
  now: Date,
): Date | undefined {
  const { thisUpdate, nextUpdate } = statement;
  const age = nextUpdate === undefined ? Math.min(maximumAge, maximumAgeWithoutNextUpdate) : maximumAge;
  const end = Math.min(thisUpdate.getTime() + age * 1000, nextUpdate?.getTime() ?? Infinity);
  // Written so that an invalid date is never fresh.
  return thisUpdate <= now && now.getTime() <= end ? new Date(end) : undefined;
}
