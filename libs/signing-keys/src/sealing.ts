import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** The key that seals signing keys: 32 octets, kept outside the database and its backup. */
export type KeyEncryptionKey = Uint8Array & { readonly length: 32 };

const NONCE = 12;
const TAG = 16;

/** Reads a key-encryption key from the text of its secret file: 32 octets in base64, white space around allowed. */
export function parseKeyEncryptionKey(text: string): KeyEncryptionKey {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32 || key.toString('base64') !== text.trim()) {
    throw new Error('the key-encryption key must be 32 octets in base64 (openssl rand -base64 32 makes one)');
  }
  return key as Uint8Array as KeyEncryptionKey;
}

/** AES-256-GCM; `context` is authenticated with it, so a sealed key cannot be moved to another row. */
export function seal(plain: Uint8Array, kek: KeyEncryptionKey, context: string): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', kek, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Opens what `seal` made; throws if key, context or octets differ. */
export function unseal(sealed: Uint8Array, kek: KeyEncryptionKey, context: string): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', kek, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
}
