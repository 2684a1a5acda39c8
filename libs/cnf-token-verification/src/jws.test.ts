import { createPublicKey, generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { compactVerify, CompactSign, generateKeyPair, type CryptoKey } from 'jose';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithms.js';
import { isSignedBy, readJws, readJwt } from './jws.js';

const CLAIMS = JSON.stringify({ iss: 'https://as.example', sub: 'ä' });
const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

interface Signed {
  readonly alg: SignatureAlgorithm;
  readonly token: string;
  readonly publicKey: CryptoKey;
}

/** One token for each algorithm, made by jose. */
let signed: readonly Signed[];
beforeAll(async () => {
  signed = await Promise.all(
    SIGNATURE_ALGORITHMS.map(async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      const token = await new CompactSign(Buffer.from(CLAIMS))
        .setProtectedHeader({ alg, kid: 'k' })
        .sign(privateKey);
      return { alg, token, publicKey };
    }),
  );
});

const holds = ({ alg, publicKey }: Signed, token: string): boolean => {
  const jws = readJws(token);
  return jws !== undefined && isSignedBy(jws, KeyObject.from(publicKey), alg);
};
const joseHolds = ({ alg, publicKey }: Signed, token: string): Promise<boolean> =>
  compactVerify(token, publicKey, { algorithms: [alg] }).then(
    () => true,
    () => false,
  );

/** `token` with one octet of one of its parts changed; the header keeps its algorithm by being changed nowhere else. */
function* mutants({ token }: Signed): Generator<string> {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
  for (const [index, part] of parts.entries()) {
    const step = Math.max(1, Math.floor(part.length / 16));
    for (let at = 0; at < part.length; at += step) {
      const changed = Buffer.from(part);
      changed[at]! ^= 1 << (at % 8);
      yield parts.map((one, place) => encode(place === index ? changed : one)).join('.');
    }
    yield parts.map((one, place) => encode(place === index ? one.subarray(1) : one)).join('.');
    yield parts
      .map((one, place) => encode(place === index ? Buffer.concat([one, Buffer.of(0)]) : one))
      .join('.');
  }
}

describe('isSignedBy', () => {
  it.each(SIGNATURE_ALGORITHMS)('accepts what jose signed with %s', (alg) => {
    const one = signed.find((other) => other.alg === alg)!;
    expect(holds(one, one.token)).toBe(true);
  });

  it.each(SIGNATURE_ALGORITHMS)(
    'refuses every mutant of a token with %s, as jose does',
    async (alg) => {
      const one = signed.find((other) => other.alg === alg)!;
      for (const mutant of mutants(one)) {
        expect({ mutant, held: holds(one, mutant) }).toEqual({ mutant, held: false });
        expect(await joseHolds(one, mutant)).toBe(false);
      }
    },
    30_000,
  );

  it('refuses the signature of one key under another of the same kind', async () => {
    const one = signed.find(({ alg }) => alg === 'ES256')!;
    const { publicKey } = await generateKeyPair('ES256');
    expect(holds({ ...one, publicKey }, one.token)).toBe(false);
  });

  it.each([
    ['zeros (CVE-2022-21449)', Buffer.alloc(64)],
    ['R and S of the order', orders()],
    ['nothing', Buffer.alloc(0)],
    ['R alone', Buffer.alloc(32, 1)],
    ['the form of ASN.1 (RFC 7518 §3.4)', asn1Signature()],
  ])('refuses %s for a signature with ES256', (_name, signature) => {
    const one = signed.find(({ alg }) => alg === 'ES256')!;
    const [head, body] = one.token.split('.');
    expect(holds(one, `${head}.${body}.${encode(signature)}`)).toBe(false);
  });

  it('refuses a signature with PS256 under RS256, and the other way round (RFC 8725 §3.1)', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const input = `${encode('{}')}.${encode(CLAIMS)}`;
    const pkcs1 = readJws(`${input}.${encode(sign('sha256', Buffer.from(input), privateKey))}`)!;
    expect(isSignedBy(pkcs1, publicKey, 'RS256')).toBe(true);
    expect(isSignedBy(pkcs1, publicKey, 'PS256')).toBe(false);
    const salted = sign('sha256', Buffer.from(input), { key: privateKey, padding: 6, saltLength: 32 });
    const pss = readJws(`${input}.${encode(salted)}`)!;
    expect(isSignedBy(pss, publicKey, 'PS256')).toBe(true);
    expect(isSignedBy(pss, publicKey, 'RS256')).toBe(false);
  });

  it('refuses PS256 with a salt that is not as long as the hash (RFC 7518 §3.5)', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const input = `${encode('{}')}.${encode(CLAIMS)}`;
    const salted = sign('sha256', Buffer.from(input), { key: privateKey, padding: 6, saltLength: 20 });
    expect(isSignedBy(readJws(`${input}.${encode(salted)}`)!, publicKey, 'PS256')).toBe(false);
  });
});

/** Twice the order of P-256. */
function orders(): Buffer {
  return Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex');
}

function asn1Signature(): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  return sign('sha256', Buffer.from('x'), privateKey);
}

describe('readJws', () => {
  const head = encode('{"alg":"ES256"}');
  const good = `${head}.${encode('{}')}.${encode('s')}`;

  it('reads three parts', () => {
    expect(readJws(good)).toMatchObject({ header: { alg: 'ES256' }, payload: Buffer.from('{}') });
  });

  it.each([
    ['nothing', ''],
    ['one part', head],
    ['two parts', `${head}.e30`],
    ['four parts', `${good}.e30`],
    ['padding (RFC 7515 §2)', `${head}.e30=.cw`],
    ['white space', `${head}.e3 0.cw`],
    ['a line break at the end', `${good}\n`],
    ['the alphabet of base64', `${head}.e30.+/+/`],
    ['unused bits that are set (RFC 4648 §3.5)', `${head}.e30.cx`],
    ['a header that is no JSON', `${encode('alg')}.e30.cw`],
    ['a header that is a list', `${encode('[]')}.e30.cw`],
    ['a header that is null', `${encode('null')}.e30.cw`],
    ['a header that is not UTF-8', `${encode(Buffer.from('{"alg":"\xff"}', 'latin1'))}.e30.cw`],
    ['a header behind a byte order mark', `${encode('\ufeff{}')}.e30.cw`],
    ['a header encoded in UTF-16', `${encode(Buffer.from('{}', 'utf16le'))}.e30.cw`],
  ])('reads no JWS in %s', (_name, text) => expect(readJws(text)).toBeUndefined());
});

describe('readJwt', () => {
  it('reads claims', () => {
    expect(readJwt(`${encode('{}')}.${encode(CLAIMS)}.`)?.claims).toEqual(JSON.parse(CLAIMS));
  });

  it.each(['', '1', '"text"', 'null', '[]', '{', '{"a":1}x'])('reads no claims in %j', (payload) => {
    const jws = `${encode('{}')}.${encode(payload)}.`;
    expect(readJws(jws)).toBeDefined();
    expect(readJwt(jws)).toBeUndefined();
  });
});
