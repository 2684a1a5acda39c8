import type { AccessRejection } from '@holdfast/oauth-protocol';

/** A call that is refused; `rejection` and `cause` are for the log, `toChallenge` says what the caller reads. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
  readonly requiredScopes: readonly string[];
  /** Where the metadata of this API is (RFC 9728 §5.1), if it has any. */
  readonly resourceMetadata: string | undefined;

  constructor(
    readonly rejection: AccessRejection,
    detail: {
      readonly cause?: unknown;
      readonly requiredScopes?: readonly string[];
      readonly resourceMetadata?: string | undefined;
    } = {},
  ) {
    super(rejection, { cause: detail.cause });
    this.requiredScopes = detail.requiredScopes ?? [];
    this.resourceMetadata = detail.resourceMetadata;
  }
}
