export { KeyRing, type KeyRingPorts, type PublishedKeys } from './key-ring.js';
export { parseKeyEncryptionKey, type KeyEncryptionKey } from './sealing.js';
export type { SealedSigningKey, SigningKeyStore } from './signing-key-store.js';
