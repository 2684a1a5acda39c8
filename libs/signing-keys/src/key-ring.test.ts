import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import {
  KeyRing,
  parseKeyEncryptionKey,
  type KeyRingPorts,
  type SealedSigningKey,
  type SigningKeyStore,
} from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const CLAIMS = { iss: 'https://as.example', sub: 'acme-orders', aud: 'https://api.example' } as never;

const newKek = () => parseKeyEncryptionKey(randomBytes(32).toString('base64'));

function inMemoryStore(): SigningKeyStore & { readonly keys: SealedSigningKey[] } {
  const keys: SealedSigningKey[] = [];
  return {
    keys,
    list: async (purpose) => keys.filter((key) => key.purpose === purpose),
    addIfNone: async (key) => {
      const isTaken = keys.some(
        ({ purpose, replaces }) => purpose === key.purpose && replaces === key.replaces,
      );
      if (!isTaken) keys.push(key);
    },
  };
}

const openRing = (ports: Partial<KeyRingPorts> = {}): Promise<KeyRing> =>
  KeyRing.open({
    store: inMemoryStore(),
    kek: newKek(),
    purpose: 'access_token',
    now: () => NOON,
    isWithdrawn: () => false,
    ...ports,
  });

describe('KeyRing', () => {
  it('signs at+jwt with a key that its JWKS publishes (RFC 9068 §2.1)', async () => {
    const ring = await openRing();
    const token = await ring.sign(CLAIMS);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: ring.publishedKeys().keys[0]?.kid,
    });
    await expect(jwtVerify(token, createLocalJWKSet(ring.publishedKeys() as never))).resolves.toBeDefined();
  });

  it('reads its own tokens, with the key that signed them', async () => {
    const ring = await openRing();
    const keyId = ring.publishedKeys().keys[0]?.kid;
    expect(await ring.read(await ring.sign(CLAIMS))).toEqual({ claims: CLAIMS, keyId });
  });

  it.each<[string, (ring: KeyRing, other: KeyRing) => Promise<string> | string]>([
    ['of another ring', (_ring, other) => other.sign(CLAIMS)],
    ['of another type (RFC 8725 §3.11; TV-15)', (ring) => ring.signAs('JWT', CLAIMS)],
    [
      'that was changed',
      // The first character of the signature: of the last one, some bits belong to no octet.
      async (ring) =>
        (await ring.sign(CLAIMS)).replace(
          /\.(.)([^.]*)$/,
          (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
        ),
    ],
    ['that is none', () => 'nonsense'],
    ['that is empty', () => ''],
  ])('reads no token %s', async (_name, make) => {
    const [ring, other] = [await openRing(), await openRing()];
    expect(await ring.read(await make(ring, other))).toBeUndefined();
  });

  it('has other keys for another purpose, and takes none for the other', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    const tokens = await openRing({ store, kek });
    const feed = await openRing({ store, kek, purpose: 'deny_feed' });
    expect(feed.publishedKeys().keys[0]?.kid).not.toBe(tokens.publishedKeys().keys[0]?.kid);
    expect(await tokens.read(await feed.sign(CLAIMS))).toBeUndefined();
  });

  it('publishes no private part (RFC 7517 §9.2)', async () => {
    const ring = await openRing();
    expect(Object.keys(ring.publishedKeys().keys[0]!).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
  });

  it('stores the private part sealed only', async () => {
    const store = inMemoryStore();
    await openRing({ store });
    expect(Buffer.from(store.keys[0]!.sealed).toString('latin1')).not.toContain('PRIVATE');
  });

  it('uses the stored key again after a restart', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    const first = await openRing({ store, kek });
    const second = await openRing({ store, kek });
    expect(second.publishedKeys()).toEqual(first.publishedKeys());
  });

  it('refuses to start with another key-encryption key', async () => {
    const store = inMemoryStore();
    await openRing({ store });
    await expect(openRing({ store })).rejects.toThrow('cannot be opened');
  });

  it('refuses a sealed key that was moved under another kid', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    await openRing({ store, kek });
    store.keys[0] = { ...store.keys[0]!, kid: 'another' };
    await expect(openRing({ store, kek })).rejects.toThrow('cannot be opened');
  });
});

describe('the rotation of keys', () => {
  const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);
  /** A ring at NOON; `order` is what the admin app writes beside it. */
  async function world() {
    const store = inMemoryStore();
    let now = NOON;
    const denied = new Set<string>();
    const kek = newKek();
    const ports = { store, kek, now: () => now, isWithdrawn: (kid: string) => denied.has(kid) };
    const ring = await openRing(ports);
    const order = (change: Partial<SealedSigningKey>): void => {
      store.keys.push({ ...store.keys.pop()!, ...change });
    };
    return {
      ...{ store, ring, order, denied, ports },
      travel: (minutes: number) => (now = at(minutes)),
      signer: async () => decodeProtectedHeader(await ring.sign(CLAIMS)).kid,
      published: () => ring.publishedKeys().keys.map(({ kid }) => kid),
    };
  }

  it('publishes the ordered key ahead, signs with it in time, and keeps the old one while its tokens live', async () => {
    const { store, ring, order, travel, signer, published } = await world();
    const [{ kid: first }] = store.keys as [SealedSigningKey];
    const old = await ring.sign(CLAIMS);
    order({ replaceAt: at(15) });
    await ring.refresh();
    const second = store.keys.at(-1)!.kid;
    expect(store.keys).toHaveLength(2);
    expect([await signer(), published()]).toEqual([first, [first, second]]);
    travel(15);
    expect(await signer()).toBe(second);
    expect(await ring.read(old)).toMatchObject({ keyId: first });
    travel(25.9);
    expect(published()).toEqual([first, second]);
    travel(26);
    expect(published()).toEqual([second]);
    expect(await ring.read(old)).toBeUndefined();
  });

  it('makes one key for one order, whoever carries it out', async () => {
    const { store, ring, order, ports } = await world();
    const other = await openRing(ports);
    order({ replaceAt: at(15) });
    await Promise.all([ring.refresh(), other.refresh(), ring.refresh()]);
    expect(store.keys).toHaveLength(2);
    expect(other.publishedKeys()).toEqual(ring.publishedKeys());
  });

  it('signs with a new key when the one that signed is withdrawn, and knows its tokens no more', async () => {
    const { store, ring, order, signer, published } = await world();
    const stolen = await ring.sign(CLAIMS);
    order({ withdrawnAt: NOON });
    await ring.refresh();
    const second = store.keys.at(-1)!.kid;
    expect([await signer(), published()]).toEqual([second, [second]]);
    expect(await ring.read(stolen)).toBeUndefined();
  });

  it('signs nothing with a key that is denied, though the store could not be read since', async () => {
    const { store, ring, denied } = await world();
    denied.add(store.keys[0]!.kid);
    await expect(ring.sign(CLAIMS)).rejects.toThrow('keys_unavailable');
    expect(ring.publishedKeys().keys).toEqual([]);
  });

  it('goes on with what it had when the store cannot be read', async () => {
    const { store, ring, signer } = await world();
    const { list } = store;
    store.list = () => Promise.reject(new Error('away'));
    await expect(ring.refresh()).rejects.toThrow('away');
    expect(await signer()).toBe(store.keys[0]!.kid);
    store.list = list;
    await ring.refresh();
  });
});

describe('parseKeyEncryptionKey', () => {
  it.each(['', 'short', randomBytes(31).toString('base64'), randomBytes(32).toString('hex')])(
    'refuses %j',
    (text) => {
      expect(() => parseKeyEncryptionKey(text)).toThrow('32 octets');
    },
  );
});
