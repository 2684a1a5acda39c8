import { type webcrypto, KeyObject } from 'node:crypto';

export type KeyPair = webcrypto.CryptoKeyPair;
export type KeyAlgorithm = 'P-256' | 'P-384' | 'P-521' | 'RSA-1024' | 'RSA-2048' | 'Ed25519';
export type SignatureHash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** A fresh, extractable signing key pair. `RSA-1024` exists so that a test can prove it is refused. */
export async function generateKeys(algorithm: KeyAlgorithm = 'P-256'): Promise<KeyPair> {
  const generated = await crypto.subtle.generateKey(generationOf(algorithm), true, ['sign', 'verify']);
  return generated as KeyPair;
}

/** The private key as PKCS#8 PEM, unencrypted. */
export function toPrivateKeyPem(keys: KeyPair): string {
  return KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The public key as SubjectPublicKeyInfo DER. */
export function toPublicKeyDer(keys: KeyPair): Uint8Array {
  return Uint8Array.from(KeyObject.from(keys.publicKey).export({ type: 'spki', format: 'der' }));
}

function generationOf(algorithm: KeyAlgorithm): webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams {
  if (algorithm === 'Ed25519') return { name: 'Ed25519' } as webcrypto.EcKeyGenParams;
  if (algorithm === 'RSA-1024' || algorithm === 'RSA-2048') {
    return {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      publicExponent: new Uint8Array([1, 0, 1]),
      modulusLength: Number(algorithm.slice('RSA-'.length)),
    };
  }
  return { name: 'ECDSA', namedCurve: algorithm };
}
