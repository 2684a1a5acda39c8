import {
  calculateJwkThumbprint,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  errors,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import type {
  AccessTokenClaims,
  AccessTokenSigner,
  OwnToken,
  OwnTokenReader,
} from '@holdfast/token-issuance';
import { seal, unseal, type KeyEncryptionKey } from './sealing.js';
import type { KeyPurpose, SealedSigningKey, SigningKeyStore } from './signing-key-store.js';

/** RFC 7517 §5: what is published for verifiers. */
export interface PublishedKeys {
  readonly keys: readonly JWK[];
}

/**
 * The signing keys of the issuer: read from the store, opened with the key-encryption key, held in memory.
 * Nothing else in the code base touches a private key.
 */
export class KeyRing implements AccessTokenSigner, OwnTokenReader {
  private readonly keySet: ReturnType<typeof createLocalJWKSet>;

  private constructor(
    private readonly active: { readonly kid: string; readonly key: CryptoKey },
    private readonly published: readonly JWK[],
  ) {
    this.keySet = createLocalJWKSet({ keys: [...published] });
  }

  /**
   * Opens the keys of the store; makes the first one if there is none. Throws if the active key cannot be opened
   * with this key-encryption key: then nothing could be signed.
   */
  static async open(
    store: SigningKeyStore,
    kek: KeyEncryptionKey,
    now: Date,
    purpose: KeyPurpose = 'access_token',
  ): Promise<KeyRing> {
    let keys = await store.list(purpose);
    if (!keys.some(({ status }) => status === 'active')) {
      await store.addIfNone(await makeKey(kek, now, purpose));
      keys = await store.list(purpose);
    }
    const active = keys.find(({ status }) => status === 'active');
    if (active === undefined) throw new Error('the store has no active signing key');
    const published = keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' }));
    return new KeyRing({ kid: active.kid, key: await openKey(active, kek) }, published);
  }

  /** RFC 9068 §2.1: `typ` is `at+jwt`, so that the token passes for nothing else (RFC 8725 §3.11). */
  sign(claims: AccessTokenClaims): Promise<string> {
    return this.signAs('at+jwt', { ...claims });
  }

  /** Signs any JWT of another type, with claims as they are. */
  signAs(typ: string, claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ, kid: this.active.kid })
      .sign(this.active.key);
  }

  /** An access token that this ring has signed. Asks for signature and type only: its claims are ours, dead or alive. */
  async read(token: string): Promise<OwnToken | undefined> {
    try {
      const { payload, protectedHeader } = await compactVerify(token, this.keySet, { algorithms: ['ES256'] });
      const { typ, kid, crit } = protectedHeader;
      if (typ !== 'at+jwt' || kid === undefined || crit !== undefined) return undefined;
      return { claims: JSON.parse(Buffer.from(payload).toString()) as AccessTokenClaims, keyId: kid };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The public keys that verifiers may need: the active one and those with tokens still in the field. */
  publishedKeys(): PublishedKeys {
    return { keys: this.published };
  }
}

async function makeKey(kek: KeyEncryptionKey, now: Date, purpose: KeyPurpose): Promise<SealedSigningKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const sealed = seal(Buffer.from(await exportPKCS8(pair.privateKey)), kek, kid);
  return { kid, alg: 'ES256', purpose, publicJwk, sealed, status: 'active', createdAt: now };
}

async function openKey(stored: SealedSigningKey, kek: KeyEncryptionKey): Promise<CryptoKey> {
  let pem: string;
  try {
    pem = Buffer.from(unseal(stored.sealed, kek, stored.kid)).toString();
  } catch (error) {
    throw new Error(
      `signing key ${stored.kid} cannot be opened with this key-encryption key: is it the one that the key was made with?`,
      { cause: error },
    );
  }
  return importPKCS8(pem, stored.alg);
}
