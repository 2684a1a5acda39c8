import type { KeyPurpose, SigningKeyFacts } from '@holdfast/oauth-protocol';
import type { Actor, Written } from './registry-administration.js';

/** An order for a new signing key. The token service makes it within moments, and publishes it until it signs. */
export interface KeyRotation {
  readonly purpose: KeyPurpose;
  /** `kid` of the key that the new one succeeds. */
  readonly replaces: string;
  readonly activatesAt: Date;
}

/** The signing keys of the token service, as far as others may know and change them: never the private half. */
export interface SigningKeyAdministration {
  /** All that there ever were, of every purpose. */
  listSigningKeys(): Promise<readonly SigningKeyFacts[]>;
  /**
   * Orders a new key that signs from `activatesAt`. Idempotent while it is not made. Refused: `not_found` if no token service
   * has made the first one yet, `not_allowed` while another new key waits for its time.
   */
  rotateSigningKey(actor: Actor, purpose: KeyPurpose, activatesAt: Date): Promise<Written<KeyRotation>>;
  /** Nothing that the key has signed counts any more, for good. If it is the one that signs, a new one does at once. Idempotent. */
  withdrawSigningKey(actor: Actor, kid: string): Promise<Written<SigningKeyFacts>>;
}
