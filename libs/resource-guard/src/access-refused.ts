import type { AccessRejection } from '@holdfast/oauth-protocol';

/** A call that is refused; `rejection` and `cause` are for the log, `toChallenge` says what the caller reads. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';

  constructor(
    readonly rejection: AccessRejection,
    detail: { readonly cause?: unknown; readonly requiredScopes?: readonly string[] } = {},
  ) {
    super(rejection, { cause: detail.cause });
    this.requiredScopes = detail.requiredScopes ?? [];
  }

  readonly requiredScopes: readonly string[];
}
