export { KeyRing, type PublishedKeys } from './key-ring.js';
export { parseKeyEncryptionKey, type KeyEncryptionKey } from './sealing.js';
export type { KeyPurpose, SealedSigningKey, SigningKeyStore } from './signing-key-store.js';
