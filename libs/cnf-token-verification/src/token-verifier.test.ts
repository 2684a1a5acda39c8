import { createHmac, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createTokenVerifier, type TokenVerdict, type TokenVerifier } from './index.js';
import {
  AUDIENCE,
  CLAIMS,
  ISSUER,
  JWKS_URI,
  makeIssuer,
  NOON,
  outside,
  OWN,
  policyOf,
  SECOND,
  STRANGER,
  type Outside,
  type TestIssuer,
} from './testing/issuer.js';

let issuer: TestIssuer;
let world: Outside;
let verifier: TokenVerifier;

beforeAll(async () => {
  issuer = await makeIssuer();
  world = outside(() => ({ keys: [issuer.jwk] }));
  verifier = createTokenVerifier(policyOf(), world);
});

const verify = (token: string, thumbprint = OWN): Promise<TokenVerdict> =>
  verifier.verify(token, thumbprint, NOON);

describe('TokenVerifier.verify', () => {
  it('accepts a token bound to the certificate of this connection (RFC 8705 §3)', async () => {
    const verdict = await verify(await issuer.token());
    expect(verdict).toEqual({
      outcome: 'accepted',
      access: {
        issuer: ISSUER,
        audience: AUDIENCE,
        clientId: 'acme-orders',
        partner: 'acme',
        scopes: ['orders:read', 'orders:write'],
        thumbprint: OWN,
        tokenId: 'j-1',
        keyId: 'k1',
        issuedAt: SECOND,
        expiresAt: SECOND + 300,
        claims: CLAIMS,
      },
    });
  });

  it('gives an access that no handler can change for the next request', async () => {
    const verdict = await verify(await issuer.token());
    if (verdict.outcome !== 'accepted') throw new Error('it must be accepted');
    const { scopes, claims } = verdict.access;
    expect(() => (scopes as string[]).push('admin')).toThrow(TypeError);
    expect(() => ((claims['cnf'] as Record<string, string>)['x5t#S256'] = STRANGER)).toThrow(TypeError);
  });

  it('refuses it over another certificate (RFC 8705 §3; TV-16)', async () => {
    expect(await verify(await issuer.token(), STRANGER)).toMatchObject({
      outcome: 'refused',
      reason: 'binding_mismatch',
    });
  });

  it('refuses it without a certificate, as a token and not as a request (RFC 8705 §3; TV-17)', async () => {
    expect(await verifier.verify(await issuer.token(), undefined, NOON)).toMatchObject({
      outcome: 'refused',
      reason: 'certificate_absent',
    });
  });

  it.each<[name: string, change: Record<string, unknown>, reason: string]>([
    ['refuses a token without cnf (TV-18)', { cnf: undefined }, 'binding_missing'],
    [
      'refuses a hex thumbprint (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': Buffer.from(OWN, 'base64url').toString('hex') } },
      'binding_missing',
    ],
    [
      'refuses a padded thumbprint (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': `${OWN}=` } },
      'binding_missing',
    ],
    [
      'refuses a thumbprint in standard base64 (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': `${OWN.slice(0, 20)}+/${OWN.slice(22)}` } },
      'binding_missing',
    ],
    [
      'refuses a thumbprint of SHA-1 length (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': OWN.slice(0, 27) } },
      'binding_missing',
    ],
    [
      'refuses a confirmation that has to hold too (RFC 7800 §3.1)',
      { cnf: { 'x5t#S256': OWN, jkt: 'x' } },
      'binding_missing',
    ],
    ['refuses a token bound by DPoP only (RFC 9449 §7.2)', { cnf: { jkt: 'x' } }, 'binding_missing'],
    ['refuses an expired token (RFC 9068 §4; TV-10)', { exp: SECOND - 11 }, 'token_expired'],
    ['refuses a token without exp (RFC 9068 §2.2; TV-10)', { exp: undefined }, 'token_untrusted'],
    ['refuses exp as text (TV-10)', { exp: '9999999999' }, 'token_untrusted'],
    ['refuses a negative exp (TV-10)', { exp: -1 }, 'token_expired'],
    ['refuses a token issued 120 s ahead (TV-11)', { iat: SECOND + 120 }, 'token_untrusted'],
    ['refuses a token not valid for 120 s yet (TV-11)', { nbf: SECOND + 120 }, 'token_untrusted'],
    ['refuses another issuer (RFC 9068 §4; TV-12)', { iss: 'https://other.example' }, 'token_untrusted'],
    ['refuses the issuer with a slash added (TV-12)', { iss: `${ISSUER}/` }, 'token_untrusted'],
    ['refuses the issuer in another case (TV-12)', { iss: 'https://AS.example' }, 'token_untrusted'],
    ['refuses the issuer with another port (TV-12)', { iss: `${ISSUER}:443` }, 'token_untrusted'],
    ['refuses a token without issuer (TV-12)', { iss: undefined }, 'token_untrusted'],
    ['refuses a list of issuers (TV-12)', { iss: [ISSUER] }, 'token_untrusted'],
    ['refuses another audience (RFC 9068 §4; TV-13)', { aud: 'https://other.example' }, 'token_untrusted'],
    ['refuses a missing audience (TV-13)', { aud: undefined }, 'token_untrusted'],
    ['refuses the client id as audience (TV-13)', { aud: 'acme-orders' }, 'token_untrusted'],
    ['refuses a token without client_id (RFC 9068 §2.2)', { client_id: undefined }, 'token_untrusted'],
    ['refuses an empty client_id', { client_id: '' }, 'token_untrusted'],
    ['refuses a token without jti (RFC 9068 §2.2)', { jti: undefined }, 'token_untrusted'],
    ['refuses a partner that is no text', { partner: 7 }, 'token_untrusted'],
    ['refuses a scope that is no text', { scope: ['orders:read'] }, 'token_untrusted'],
  ])('%s', async (_name, change, reason) => {
    expect(await verify(await issuer.token(change))).toMatchObject({ outcome: 'refused', reason });
  });

  it.each<[name: string, change: Record<string, unknown>]>([
    ['accepts clocks 10 s apart (TV-11)', { iat: SECOND + 10, nbf: SECOND + 10 }],
    ['accepts a token 9 s after exp', { exp: SECOND - 9 }],
    [
      'accepts one audience of several (RFC 7519 §4.1.3)',
      { aud: ['https://other.example', 'https://api.example'] },
    ],
    ['accepts a token without partner, where none is asked for', { partner: undefined }],
  ])('%s', async (_name, change) => {
    expect(await verify(await issuer.token(change))).toMatchObject({ outcome: 'accepted' });
  });

  it('refuses a lifetime without end (RFC 7519 §2; TV-10)', async () => {
    const payload = JSON.stringify(CLAIMS).replace(`"exp":${CLAIMS.exp}`, '"exp":1e400');
    const endless = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .sign(issuer.privateKey);
    expect(await verify(endless)).toMatchObject({ outcome: 'refused', reason: 'token_untrusted' });
  });

  it.each<[name: string, header: Record<string, unknown>]>([
    ['refuses typ JWT, as ID tokens have it (RFC 9068 §4; TV-15)', { typ: 'JWT' }],
    ['refuses a missing typ (RFC 9068 §4; TV-15)', { typ: undefined }],
    ['refuses a logout token (RFC 8725 §3.11; TV-15)', { typ: 'logout+jwt' }],
    ['refuses an introspection answer (RFC 9701 §8.1; TV-15)', { typ: 'token-introspection+jwt' }],
    ['refuses a client assertion (RFC 8725 §3.11; TV-15)', { typ: 'client-authentication+jwt' }],
    ['refuses an unknown kid', { kid: 'k2' }],
    ['refuses a kid that is no text', { kid: 1 }],
  ])('%s', async (_name, header) => {
    expect(await verify(await issuer.token({}, header))).toMatchObject({
      outcome: 'refused',
      reason: 'token_untrusted',
    });
  });

  it('accepts the full name of the media type (RFC 9068 §4)', async () => {
    expect(await verify(await issuer.token({}, { typ: 'application/at+jwt' }))).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('TokenVerifier.verify, against forged tokens', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = (header: Record<string, unknown>): string =>
    `${encode({ typ: 'at+jwt', kid: 'k1', ...header })}.${encode(CLAIMS)}`;
  const untrusted = { outcome: 'refused', reason: 'token_untrusted' };

  it.each(['none', 'None', 'nOnE'])(
    'refuses alg %s with an empty signature (RFC 8725 §3.1; TV-01)',
    async (alg) => {
      expect(await verify(`${unsigned({ alg })}.`)).toMatchObject({ outcome: 'refused' });
    },
  );

  it('refuses HS256 keyed with the public key as JWK, PEM and DER (RFC 8725 §2.1; TV-02)', async () => {
    const input = unsigned({ alg: 'HS256' });
    const key = createPublicKey({ key: issuer.jwk as never, format: 'jwk' });
    for (const secret of [
      JSON.stringify(issuer.jwk),
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
    ]) {
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await verify(`${input}.${signature}`)).toMatchObject(untrusted);
    }
  });

  it('refuses RS256 although the key is published, unless the policy names it (TV-03)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { fetch } = outside(() => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'rsa' }] }));
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa' })
      .sign(privateKey);
    const byDefault = createTokenVerifier(policyOf(), { fetch });
    expect(await byDefault.verify(token, OWN, NOON)).toMatchObject(untrusted);
    const byChoice = createTokenVerifier(policyOf({}, { algorithms: ['RS256'] }), { fetch });
    expect(await byChoice.verify(token, OWN, NOON)).toMatchObject({ outcome: 'accepted' });
  });

  it('never uses a key from the header (CVE-2018-0114; TV-04)', async () => {
    const attacker = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(attacker.publicKey);
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', jwk } as never)
      .sign(attacker.privateKey);
    expect(await verify(forged)).toMatchObject(untrusted);
  });

  it.each(['jku', 'x5u'])(
    'asks no address that the header names in %s (RFC 8725 §3.10; TV-05)',
    async (name) => {
      const { privateKey } = await generateKeyPair('ES256');
      const forged = await new SignJWT(CLAIMS)
        .setProtectedHeader({
          alg: 'ES256',
          typ: 'at+jwt',
          kid: 'k1',
          [name]: 'https://evil.example/',
        } as never)
        .sign(privateKey);
      expect(await verify(forged)).toMatchObject(untrusted);
      expect(world.asked.filter(({ url }) => url !== JWKS_URI)).toEqual([]);
    },
  );

  it('refuses a critical extension that it does not know (RFC 7515 §4.1.11; TV-08)', async () => {
    const input = unsigned({ alg: 'ES256', crit: ['exp2'], exp2: 1 });
    const signature = randomBytes(64).toString('base64url');
    expect(await verify(`${input}.${signature}`)).toMatchObject({ outcome: 'refused' });
  });

  it('refuses a signed token with a critical extension that its library knows (RFC 7515 §4.1.11; TV-08)', async () => {
    const token = await issuer.token({}, { crit: ['b64'], b64: true });
    expect(await verify(token)).toMatchObject(untrusted);
  });

  it.each([
    ['nothing', ''],
    ['a letter', 'x'],
    ['three letters with dots', 'a.b.c'],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['brackets', `${'['.repeat(100)}.x.y`],
    ['five parts, as encrypted tokens have them', 'a.b.c.d.e'],
  ])('refuses %s as malformed (TV-30)', async (_name, junk) => {
    expect(await verify(junk)).toMatchObject({ outcome: 'refused', reason: 'token_malformed' });
  });

  it('reads deep and poisonous claims without harm (ASVS 15.3.6; TV-30)', async () => {
    const deep = `${'['.repeat(2_000)}${']'.repeat(2_000)}`;
    const payload = JSON.stringify(CLAIMS).replace(
      '{',
      `{"deep":${deep},"__proto__":{"scope":"admin","polluted":true},`,
    );
    const token = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .sign(issuer.privateKey);
    const verdict = await verify(token);
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      access: { scopes: ['orders:read', 'orders:write'] },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes no required claim from a prototype (ASVS 15.3.6; TV-30)', async () => {
    const strict = createTokenVerifier(policyOf({}, { requiredClaims: ['toString'] }), world);
    expect(await strict.verify(await issuer.token(), OWN, NOON)).toMatchObject(untrusted);
  });
});

describe('binding: optional', () => {
  const migrating = (): TokenVerifier => createTokenVerifier(policyOf({ binding: 'optional' }), world);

  it('lets tokens without cnf pass, and counts them', async () => {
    const lenient = migrating();
    const token = await issuer.token({ cnf: undefined });
    for (const thumbprint of [undefined, OWN])
      expect(await lenient.verify(token, thumbprint, NOON)).toMatchObject({
        outcome: 'accepted',
        access: { thumbprint: undefined },
      });
    expect(await lenient.verify(await issuer.token(), OWN, NOON)).toMatchObject({ outcome: 'accepted' });
    expect(lenient.counts()).toMatchObject({ accepted: 3, unbound: 2 });
  });

  it.each<[name: string, cnf: unknown, thumbprint: typeof OWN | undefined, reason: string]>([
    ['a bound token over another certificate', { 'x5t#S256': OWN }, STRANGER, 'binding_mismatch'],
    ['a bound token without a certificate (TV-17)', { 'x5t#S256': OWN }, undefined, 'certificate_absent'],
    ['a token bound by DPoP (RFC 9449 §7.2)', { jkt: 'x' }, OWN, 'binding_missing'],
    ['an empty cnf (RFC 7800 §3.1)', {}, OWN, 'binding_missing'],
    ['a cnf of null', null, OWN, 'binding_missing'],
  ])('still refuses %s', async (_name, cnf, thumbprint, reason) => {
    expect(await migrating().verify(await issuer.token({ cnf }), thumbprint, NOON)).toMatchObject({
      outcome: 'refused',
      reason,
    });
  });
});

describe('several issuers', () => {
  it("applies to each token the policy of its own issuer (liboauth2: the first one's)", async () => {
    const other = await makeIssuer('k1', 'PS256');
    const policy = policyOf({
      issuers: [
        { issuer: ISSUER, audience: AUDIENCE, keys: { jwks: { keys: [issuer.jwk] } } },
        {
          issuer: 'https://other.example',
          audience: 'urn:api',
          keys: { file: '/keys.json' },
          algorithms: ['PS256'],
          typ: 'JWT',
          clientIdClaim: 'azp',
        },
      ],
    });
    const readFile = async (path: string) =>
      path === '/keys.json' ? JSON.stringify({ keys: [other.jwk] }) : '';
    const both = createTokenVerifier(policy, { ...world, readFile });
    const foreign = { iss: 'https://other.example', aud: 'urn:api', azp: 'acme', client_id: undefined };
    const header = { typ: 'JWT' };

    expect(await both.verify(await issuer.token(), OWN, NOON)).toMatchObject({ outcome: 'accepted' });
    expect(await both.verify(await other.token(foreign, header), OWN, NOON)).toMatchObject({
      outcome: 'accepted',
      access: { clientId: 'acme', audience: 'urn:api' },
    });
    for (const token of [
      await other.token({}, header), // the key of one in the name of the other
      await issuer.token(foreign, header),
      await other.token({ ...foreign, aud: AUDIENCE }, header),
      await other.token(foreign),
      await other.token({ ...foreign, azp: undefined, client_id: 'acme' }, header),
    ])
      expect(await both.verify(token, OWN, NOON)).toMatchObject({
        outcome: 'refused',
        reason: 'token_untrusted',
      });
  });
});
