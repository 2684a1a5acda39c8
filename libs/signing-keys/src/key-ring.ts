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
import {
  isPublished,
  scheduleOf,
  ServiceUnavailable,
  type KeyPurpose,
  type SigningKeySchedule,
  type WantedKey,
} from '@holdfast/oauth-protocol';
import { seal, unseal, type KeyEncryptionKey } from './sealing.js';
import type { SealedSigningKey, SigningKeyStore } from './signing-key-store.js';

/** RFC 7517 §5: what is published for verifiers. */
export interface PublishedKeys {
  readonly keys: readonly JWK[];
}

/** What a key ring works with. */
export interface KeyRingPorts {
  readonly store: SigningKeyStore;
  readonly kek: KeyEncryptionKey;
  readonly purpose: KeyPurpose;
  readonly now: () => Date;
  /** Whether the key is known to be withdrawn from elsewhere, which may be sooner than from the store. */
  readonly isWithdrawn: (kid: string) => boolean;
}

/** The keys as they were read last, and those of them that may come to sign, opened. */
interface Keys {
  readonly stored: readonly SealedSigningKey[];
  readonly opened: ReadonlyMap<string, CryptoKey>;
}

/**
 * The signing keys of the issuer for one purpose: read from the store, opened with the key-encryption key, held in memory.
 * Which of them signs and which are published follows from the clock (`scheduleOf`), so that an order for a new key is
 * carried out in time without anybody's doing. Nothing else in the code base touches a private key.
 */
export class KeyRing implements AccessTokenSigner, OwnTokenReader {
  /** The published keys, ready to verify with; made anew when they change. */
  private verifying: { readonly kids: string; readonly keySet: ReturnType<typeof createLocalJWKSet> };

  private reading: Promise<void> = Promise.resolve();
  private nextReading: Promise<void> | undefined;

  private constructor(
    private readonly ports: KeyRingPorts,
    private keys: Keys,
  ) {
    this.verifying = this.toVerifying(this.publishedKeys());
  }

  /**
   * Opens the keys of the store; makes the first one if there is none. Throws if the key that signs cannot be opened with
   * this key-encryption key: then nothing could be signed.
   */
  static async open(ports: KeyRingPorts): Promise<KeyRing> {
    return new KeyRing(ports, await readKeys(ports, new Map()));
  }

  /**
   * Reads the store again and makes the key that is wanted, if there is one. Call it whenever the registry has changed, and
   * now and then. Throws, and goes on with what it had, if that fails.
   */
  refresh(): Promise<void> {
    // One reading at a time, and one that waits: whoever asks in between gets what is read after that.
    this.nextReading ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.nextReading = undefined;
        this.reading = readKeys(this.ports, this.keys.opened).then((keys) => void (this.keys = keys));
        return this.reading;
      });
    return this.nextReading;
  }

  /** RFC 9068 §2.1: `typ` is `at+jwt`, so that the token passes for nothing else (RFC 8725 §3.11). */
  sign(claims: AccessTokenClaims): Promise<string> {
    return this.signAs('at+jwt', { ...claims });
  }

  /** Signs any JWT of another type, with claims as they are. Throws `ServiceUnavailable` while no key may sign. */
  async signAs(typ: string, claims: JWTPayload): Promise<string> {
    const kid = this.schedule().signer;
    const key = kid === undefined ? undefined : this.keys.opened.get(kid);
    // A new key is being made: a matter of moments.
    if (kid === undefined || key === undefined) throw new ServiceUnavailable('keys_unavailable', 1);
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key);
  }

  /** An access token that this ring has signed. Asks for signature and type only: its claims are ours, dead or alive. */
  async read(token: string): Promise<OwnToken | undefined> {
    try {
      const { payload, protectedHeader } = await compactVerify(token, this.keySet(), {
        algorithms: ['ES256'],
      });
      const { typ, kid, crit } = protectedHeader;
      if (typ !== 'at+jwt' || kid === undefined || crit !== undefined) return undefined;
      return { claims: JSON.parse(Buffer.from(payload).toString()) as AccessTokenClaims, keyId: kid };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The public keys that verifiers may need now: the next one, the one that signs, and those with tokens still in the field. */
  publishedKeys(): PublishedKeys {
    const { states } = this.schedule();
    const published = this.keys.stored.filter(({ kid }) => isPublished(states.get(kid)));
    return { keys: published.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })) };
  }

  private schedule(): SigningKeySchedule {
    const now = this.ports.now();
    const known = this.keys.stored.map((key) =>
      key.withdrawnAt === undefined && this.ports.isWithdrawn(key.kid) ? { ...key, withdrawnAt: now } : key,
    );
    return scheduleOf(known, now);
  }

  private keySet(): ReturnType<typeof createLocalJWKSet> {
    const published = this.publishedKeys();
    if (this.verifying.kids !== kidsOf(published)) this.verifying = this.toVerifying(published);
    return this.verifying.keySet;
  }

  private toVerifying(published: PublishedKeys): KeyRing['verifying'] {
    return { kids: kidsOf(published), keySet: createLocalJWKSet({ keys: [...published.keys] }) };
  }
}

const kidsOf = ({ keys }: PublishedKeys): string => keys.map(({ kid }) => kid).join(' ');

/** Reads all keys of the purpose, makes the one that is wanted, and opens those that sign now or will. */
async function readKeys({ store, kek, purpose, now }: KeyRingPorts, opened: Keys['opened']): Promise<Keys> {
  let stored = await store.list(purpose);
  const { wanted } = scheduleOf(stored, now());
  if (wanted !== undefined) {
    await store.addIfNone(await makeKey(kek, purpose, wanted, now()));
    stored = await store.list(purpose);
  }
  const { states, signer } = scheduleOf(stored, now());
  if (signer === undefined) throw new Error(`the store has no ${purpose} key that may sign`);
  const signing = stored.filter(({ kid }) => ['active', 'next'].includes(states.get(kid) ?? ''));
  const keys = await Promise.all(
    signing.map(async (key) => [key.kid, opened.get(key.kid) ?? (await openKey(key, kek))] as const),
  );
  return { stored, opened: new Map(keys) };
}

async function makeKey(
  kek: KeyEncryptionKey,
  purpose: KeyPurpose,
  { replaces, activatesAt }: WantedKey,
  createdAt: Date,
): Promise<SealedSigningKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const sealed = seal(Buffer.from(await exportPKCS8(pair.privateKey)), kek, kid);
  const schedule = { createdAt, activatesAt, replaces, replaceAt: undefined, withdrawnAt: undefined };
  return { kid, alg: 'ES256', purpose, publicJwk, sealed, ...schedule };
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
