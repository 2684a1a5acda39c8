import type { JWK } from 'jose';

/** What a key signs, and nothing else: a verifier of the one never takes the other. */
export const KEY_PURPOSES = ['access_token', 'deny_feed'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** A signing key as it is stored: the private part only sealed, under a key that the database never sees. */
export interface SealedSigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly alg: 'ES256';
  readonly purpose: KeyPurpose;
  readonly publicJwk: JWK;
  /** nonce (12) ‖ tag (16) ‖ ciphertext of the PKCS#8 PEM: AES-256-GCM, with `kid` as additional data. */
  readonly sealed: Uint8Array;
  readonly status: 'active' | 'retired';
  readonly createdAt: Date;
}

/** Where signing keys are kept. */
export interface SigningKeyStore {
  /** All keys of the purpose that may still be needed to verify, the active one included. */
  list(purpose: KeyPurpose): Promise<readonly SealedSigningKey[]>;
  /**
   * Stores `key` if there is no active key of its purpose; otherwise changes nothing. Several instances may start at once:
   * the database decides, and every caller then reads the same key back with `list`. Audited (`signing_key.created`).
   */
  addIfNone(key: SealedSigningKey): Promise<void>;
}
