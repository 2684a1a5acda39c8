import { KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { importJWK, jwtVerify, type CryptoKey } from 'jose';
import { readJwt } from './jws.js';
import { KeySource } from './key-source.js';
import { parsePolicy } from './policy.js';
import { verifySignedToken } from './signed-token.js';
import { AUDIENCE, ISSUER, makeIssuer, NOON, policyOf, SECOND, type TestIssuer } from './testing/issuer.js';

const TOLERANCE = 10;
const POLICY = parsePolicy(policyOf());
const [TRUSTED] = POLICY.issuers;

/** Every value that one claim or header is tried with; `undefined` leaves it out. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  iss: [undefined, null, ISSUER, `${ISSUER}/`, [ISSUER], '', 1, true],
  aud: [undefined, null, AUDIENCE, [AUDIENCE], [], ['x', AUDIENCE], [[AUDIENCE]], { 0: AUDIENCE }, '', 1],
  sub: [undefined, 'x'],
  jti: [undefined, 'x'],
  client_id: [undefined, 'x'],
  exp: [undefined, null, '1', -1, 0, 1e30, SECOND, SECOND - 9, SECOND - 9.5, SECOND - 10, SECOND - 11, [1]],
  nbf: [undefined, null, '1', -1, SECOND, SECOND + 10, SECOND + 10.5, SECOND + 11, 1e30, {}],
  iat: [undefined, null, '1', -1, SECOND, 0.5],
  typ: [
    undefined,
    null,
    'at+jwt',
    'AT+JWT',
    'application/at+jwt',
    'Application/AT+jwt',
    'x/at+jwt',
    'jwt',
    1,
  ],
  kid: [undefined, 'k1', 'k2', '', 'K1'],
};

describe('verifySignedToken', () => {
  let issuer: TestIssuer;
  let publicKey: CryptoKey;
  let keys: KeySource;
  beforeAll(async () => {
    issuer = await makeIssuer();
    publicKey = (await importJWK(issuer.jwk, 'ES256')) as CryptoKey;
    keys = new KeySource(async () => ({ keys: [issuer.jwk] }), ['ES256'], POLICY.keySets);
  });

  const joseAccepts = (token: string): Promise<boolean> =>
    jwtVerify(token, ({ kid }) => Promise.resolve(kid === undefined || kid === 'k1' ? publicKey : never()), {
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: NOON,
      clockTolerance: TOLERANCE,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
    }).then(
      () => true,
      () => false,
    );

  it.each(Object.entries(VALUES))('decides about every value of %s as jose does', async (name, values) => {
    const isHeader = name === 'typ' || name === 'kid';
    const outcomes = await Promise.all(
      values.map(async (value) => {
        const change = { [name]: value };
        const token = await (isHeader ? issuer.token({}, change) : issuer.token(change));
        const { outcome } = await verifySignedToken(readJwt(token)!, TRUSTED!, keys, TOLERANCE, NOON);
        return { value, ours: outcome === 'signed', jose: await joseAccepts(token) };
      }),
    );
    expect(outcomes.filter(({ ours, jose }) => ours !== jose)).toEqual([]);
    expect(outcomes.some(({ ours }) => ours)).toBe(true);
  });

  const decide = (token: string): ReturnType<typeof verifySignedToken> =>
    verifySignedToken(readJwt(token)!, TRUSTED!, keys, TOLERANCE, NOON);

  it.each(['ES384', 'PS256', 'HS256', 'none', 'es256', '', undefined, ['ES256']])(
    'refuses a token that says %j and is signed with ES256 by the right key (RFC 8725 §3.1)',
    async (alg) => {
      const [, body] = (await issuer.token()).split('.');
      const header = JSON.stringify({ alg, typ: 'at+jwt', kid: 'k1' });
      const input = `${Buffer.from(header).toString('base64url')}.${body}`;
      const key = { key: KeyObject.from(issuer.privateKey), dsaEncoding: 'ieee-p1363' } as const;
      const signature = sign('sha256', Buffer.from(input), key).toString('base64url');
      expect(await decide(`${input}.${signature}`)).toMatchObject({ reason: 'token_untrusted' });
    },
  );

  it('verifies by whichever algorithm of the policy the token says', async () => {
    const other = await makeIssuer('k1', 'PS256');
    const published = new KeySource(async () => ({ keys: [other.jwk] }), TRUSTED!.algorithms, POLICY.keySets);
    const token = readJwt(await other.token())!;
    expect(await verifySignedToken(token, TRUSTED!, published, TOLERANCE, NOON)).toMatchObject({
      outcome: 'signed',
    });
  });

  it('lets a fault of ours be a fault, and no verdict', async () => {
    const broken = { find: () => Promise.reject(new Error('a fault')) };
    const token = readJwt(await issuer.token())!;
    await expect(verifySignedToken(token, TRUSTED!, broken, TOLERANCE, NOON)).rejects.toThrow('a fault');
  });

  it('accepts what is issued a minute ahead (TV-11)', async () => {
    expect(await decide(await issuer.token({ iat: SECOND + 60 }))).toMatchObject({ outcome: 'signed' });
  });

  it('refuses what is issued more than a minute ahead, which jose lets through (TV-11)', async () => {
    const token = await issuer.token({ iat: SECOND + 61 });
    expect(await joseAccepts(token)).toBe(true);
    expect(await decide(token)).toMatchObject({ outcome: 'refused', reason: 'token_untrusted' });
  });
});

function never(): CryptoKey {
  throw new Error('no such key');
}
