import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { KeySetInvalid, parseKeySet } from './key-set.js';
import { makeIssuer } from './testing/issuer.js';

const { jwk: good } = await makeIssuer();
const ALGORITHMS = ['ES256', 'PS256', 'Ed25519'] as const;
const rsa = (modulusLength: number, publicExponent = 0x10001): JWK => ({
  ...(generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({
    format: 'jwk',
  }) as JWK),
  kid: 'k1',
});
const isKnown = async (jwk: unknown, alg = 'ES256'): Promise<boolean> =>
  (await parseKeySet({ keys: [jwk] }, ALGORITHMS)).find('k1', alg) !== undefined;

describe('parseKeySet', () => {
  it('finds a key by kid and algorithm (RFC 7517 §5)', async () => {
    expect(await isKnown(good)).toBe(true);
  });

  it.each<[name: string, change: JWK, alg?: string]>([
    ['a key for encryption (RFC 7517 §4.2)', { use: 'enc' }],
    ['a key that may not verify (RFC 7517 §4.3)', { key_ops: ['encrypt'] }],
    ['a key for another algorithm (RFC 7517 §4.4)', { alg: 'ES384' }],
    ['a key of an unknown algorithm', { alg: 'ES224' }],
    ['a key on another curve', { crv: 'P-384', alg: undefined as never }],
    ['a key of an unknown kind (RFC 7517 §5)', { kty: 'XYZ' }],
    ['a point that is not on the curve', { y: good.x! }],
    ['a coordinate that is missing', { y: undefined as never }],
    ['a kid that is no text', { kid: 1 as never }],
  ])('leaves out %s', async (_name, change) => {
    expect(await isKnown({ ...good, ...change })).toBe(false);
  });

  it('takes RSA keys from 2048 bits on (RFC 7518 §3.5), and none that is too long to check (SS-16)', async () => {
    expect(await isKnown(rsa(2_048), 'PS256')).toBe(true);
    expect(await isKnown(rsa(1_024), 'PS256')).toBe(false);
    const huge = Buffer.alloc(2_048, 0xff).toString('base64url');
    expect(await isKnown({ ...rsa(2_048), n: huge }, 'PS256')).toBe(false);
  });

  it('leaves out an RSA key with an exponent of 1', async () => {
    expect(await isKnown({ ...rsa(2_048), e: 'AQ' }, 'PS256')).toBe(false);
  });

  it('takes a key without alg for those algorithms of the policy that fit it, and no other', async () => {
    const { publicKey } = await generateKeyPair('Ed25519', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' };
    expect(await isKnown(jwk, 'Ed25519')).toBe(true);
    expect(await isKnown(jwk, 'EdDSA')).toBe(false);
    expect(await isKnown(rsa(2_048), 'RS256')).toBe(false);
  });

  it('leaves out both keys that share a kid, and keeps the others (SS-16)', async () => {
    const [twin, other] = [await makeIssuer(), await makeIssuer('k2')];
    const set = await parseKeySet({ keys: [good, twin.jwk, other.jwk] }, ALGORITHMS);
    expect(set.find('k1', 'ES256')).toBeUndefined();
    expect(set.find('k2', 'ES256')).toBeDefined();
  });

  it('finds the key of a token without kid if it is the only one, and none of several', async () => {
    const other = await makeIssuer('k2');
    expect((await parseKeySet({ keys: [good] }, ALGORITHMS)).find(undefined, 'ES256')).toBeDefined();
    expect(
      (await parseKeySet({ keys: [good, other.jwk] }, ALGORITHMS)).find(undefined, 'ES256'),
    ).toBeUndefined();
  });

  it.each<[name: string, json: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'keys'],
    ['an object without keys', {}],
    ['keys that are no list', { keys: {} }],
    ['a hundred and one keys', { keys: Array.from({ length: 101 }, () => good) }],
    ['a private key beside a good one', { keys: [good, { ...good, kid: 'k2', d: 'x' }] }],
    ['a symmetric key beside a good one (RFC 8725 §2.1)', { keys: [good, { kty: 'oct', k: 'AAAA' }] }],
  ])('refuses the whole of %s (SS-16)', async (_name, json) => {
    await expect(parseKeySet(json, ALGORITHMS)).rejects.toThrow(KeySetInvalid);
  });

  it('ignores what is no key at all', async () => {
    const set = await parseKeySet({ keys: [null, 7, 'x', [], good] }, ALGORITHMS);
    expect(set.find('k1', 'ES256')).toBeDefined();
  });
});
