import type { KeyPurpose, SigningKeyFacts } from '@holdfast/oauth-protocol';
import type { JWK } from 'jose';

/** A signing key as it is stored: the private part only sealed, under a key that the database never sees. */
export interface SealedSigningKey extends SigningKeyFacts {
  readonly alg: 'ES256';
  readonly publicJwk: JWK;
  /** nonce (12) ‖ tag (16) ‖ ciphertext of the PKCS#8 PEM: AES-256-GCM, with `kid` as additional data. */
  readonly sealed: Uint8Array;
}

/** Where signing keys are kept. */
export interface SigningKeyStore {
  /** All keys of the purpose that there ever were. */
  list(purpose: KeyPurpose): Promise<readonly SealedSigningKey[]>;
  /**
   * Stores `key` if the key that it replaces has no successor yet, or if it is the first of its purpose; otherwise changes
   * nothing. Several instances may make the same key at once: the database decides, and every caller then reads the same
   * key back with `list`. Audited (`signing_key.created`).
   */
  addIfNone(key: SealedSigningKey): Promise<void>;
}
