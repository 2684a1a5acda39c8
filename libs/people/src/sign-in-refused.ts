/**
 * Why somebody is not signed in, may not go on, or may not do that to a passkey. The caller reads the code; what exactly was wrong with a link or a
 * passkey is in `cause`, for the log only.
 */
export const SIGN_IN_REFUSALS = [
  'signed_out',
  'link_unusable',
  'passkey_refused',
  'passkey_needed',
  'passkey_unknown',
  'last_passkey',
  'foreign_origin',
  'too_many_attempts',
] as const;
export type SignInRefusal = (typeof SIGN_IN_REFUSALS)[number];

/** A refused sign-in, or a request without a session that may do it. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';

  constructor(
    readonly refusal: SignInRefusal,
    detail: string = refusal,
    options: { readonly cause?: unknown; readonly retryAfter?: number } = {},
  ) {
    super(detail, { cause: options.cause });
    this.retryAfter = options.retryAfter;
  }

  /** Seconds. */
  readonly retryAfter: number | undefined;
}
