import type { JWK } from 'jose';

/** A signing key as it is stored: the private part only sealed, under a key that the database never sees. */
export interface SealedSigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly alg: 'ES256';
  readonly publicJwk: JWK;
  /** nonce (12) ‖ tag (16) ‖ ciphertext of the PKCS#8 PEM: AES-256-GCM, with `kid` as additional data. */
  readonly sealed: Uint8Array;
  readonly status: 'active' | 'retired';
  readonly createdAt: Date;
}

/** Where signing keys are kept. */
export interface SigningKeyStore {
  /** All keys that may still have tokens in the field, the active one included. */
  list(): Promise<readonly SealedSigningKey[]>;
  /**
   * Stores `key` if there is no active key; otherwise changes nothing. Several instances may start at once:
   * the database decides, and every caller then reads the same key back with `list`. Audited (`signing_key.created`).
   */
  addIfNone(key: SealedSigningKey): Promise<void>;
}
