import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { KeyRing, parseKeyEncryptionKey, type SealedSigningKey, type SigningKeyStore } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const CLAIMS = { iss: 'https://as.example', sub: 'acme-orders', aud: 'https://api.example' } as never;

const newKek = () => parseKeyEncryptionKey(randomBytes(32).toString('base64'));

function inMemoryStore(): SigningKeyStore & { readonly keys: SealedSigningKey[] } {
  const keys: SealedSigningKey[] = [];
  return {
    keys,
    list: async (purpose) => keys.filter((key) => key.purpose === purpose),
    addIfNone: async (key) => void (keys.every(({ purpose }) => purpose !== key.purpose) && keys.push(key)),
  };
}

describe('KeyRing', () => {
  it('signs at+jwt with a key that its JWKS publishes (RFC 9068 §2.1)', async () => {
    const ring = await KeyRing.open(inMemoryStore(), newKek(), NOON);
    const token = await ring.sign(CLAIMS);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: ring.publishedKeys().keys[0]?.kid,
    });
    await expect(jwtVerify(token, createLocalJWKSet(ring.publishedKeys() as never))).resolves.toBeDefined();
  });

  it('reads its own tokens, with the key that signed them', async () => {
    const ring = await KeyRing.open(inMemoryStore(), newKek(), NOON);
    const keyId = ring.publishedKeys().keys[0]?.kid;
    expect(await ring.read(await ring.sign(CLAIMS))).toEqual({ claims: CLAIMS, keyId });
  });

  it.each<[string, (ring: KeyRing, other: KeyRing) => Promise<string> | string]>([
    ['of another ring', (_ring, other) => other.sign(CLAIMS)],
    ['of another type (RFC 8725 §3.11; TV-15)', (ring) => ring.signAs('JWT', CLAIMS)],
    [
      'that was changed',
      async (ring) => (await ring.sign(CLAIMS)).replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    ],
    ['that is none', () => 'nonsense'],
    ['that is empty', () => ''],
  ])('reads no token %s', async (_name, make) => {
    const [ring, other] = [
      await KeyRing.open(inMemoryStore(), newKek(), NOON),
      await KeyRing.open(inMemoryStore(), newKek(), NOON),
    ];
    expect(await ring.read(await make(ring, other))).toBeUndefined();
  });

  it('has other keys for another purpose, and takes none for the other', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    const tokens = await KeyRing.open(store, kek, NOON);
    const feed = await KeyRing.open(store, kek, NOON, 'deny_feed');
    expect(feed.publishedKeys().keys[0]?.kid).not.toBe(tokens.publishedKeys().keys[0]?.kid);
    expect(await tokens.read(await feed.sign(CLAIMS))).toBeUndefined();
  });

  it('publishes no private part (RFC 7517 §9.2)', async () => {
    const ring = await KeyRing.open(inMemoryStore(), newKek(), NOON);
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
    await KeyRing.open(store, newKek(), NOON);
    expect(Buffer.from(store.keys[0]!.sealed).toString('latin1')).not.toContain('PRIVATE');
  });

  it('uses the stored key again after a restart', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    const first = await KeyRing.open(store, kek, NOON);
    const second = await KeyRing.open(store, kek, NOON);
    expect(second.publishedKeys()).toEqual(first.publishedKeys());
  });

  it('refuses to start with another key-encryption key', async () => {
    const store = inMemoryStore();
    await KeyRing.open(store, newKek(), NOON);
    await expect(KeyRing.open(store, newKek(), NOON)).rejects.toThrow('cannot be opened');
  });

  it('refuses a sealed key that was moved under another kid', async () => {
    const [store, kek] = [inMemoryStore(), newKek()];
    await KeyRing.open(store, kek, NOON);
    store.keys[0] = { ...store.keys[0]!, kid: 'another' };
    await expect(KeyRing.open(store, kek, NOON)).rejects.toThrow('cannot be opened');
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
