import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  CompactSign,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { thumbprintOf } from '@holdfast/token-binding';
import { KeysUnavailable, verifyBoundToken, type TokenPolicy } from './index.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const SECOND = Math.floor(NOON.getTime() / 1000);
/** Any octets do: the verifier never parses the certificate. */
const own = Buffer.from('the certificate of this connection');
const stranger = Buffer.from('the certificate of somebody else');

let privateKey: CryptoKey;
let publicJwk: JWK;
let policy: TokenPolicy;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const local = createLocalJWKSet({ keys: [publicJwk] });
  policy = {
    issuer: 'https://as.example',
    audience: 'https://api.example',
    keys: { keyFor: async (header, token) => local(header!, token!) },
  };
});

const CLAIMS = {
  iss: 'https://as.example',
  sub: 'acme-orders',
  aud: 'https://api.example',
  client_id: 'acme-orders',
  partner: 'acme',
  scope: 'orders:read orders:write',
  iat: SECOND,
  exp: SECOND + 300,
  jti: 'j-1',
  cnf: { 'x5t#S256': thumbprintOf(own) },
};

function token(change: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...CLAIMS, ...change }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header } as never)
    .sign(privateKey);
}

describe('verifyBoundToken', () => {
  it('accepts a token bound to the certificate of this connection (RFC 8705 §3)', async () => {
    expect(await verifyBoundToken(await token(), own, policy, NOON)).toEqual({
      accepted: true,
      access: {
        clientId: 'acme-orders',
        partner: 'acme',
        scopes: new Set(['orders:read', 'orders:write']),
        thumbprint: thumbprintOf(own),
        tokenId: 'j-1',
        expiresAt: SECOND + 300,
      },
    });
  });

  it('refuses a lifetime without end (RFC 7519 §2)', async () => {
    const payload = JSON.stringify(CLAIMS).replace(`"exp":${CLAIMS.exp}`, '"exp":1e400');
    const endless = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .sign(privateKey);
    expect(await verifyBoundToken(endless, own, policy, NOON)).toMatchObject({
      accepted: false,
      rejection: 'token_untrusted',
    });
  });

  it('refuses it over another certificate (RFC 8705 §3; TV-16)', async () => {
    expect(await verifyBoundToken(await token(), stranger, policy, NOON)).toMatchObject({
      accepted: false,
      rejection: 'binding_mismatch',
    });
  });

  it.each<[name: string, change: Record<string, unknown>, rejection: string]>([
    ['refuses a token without cnf (TV-18)', { cnf: undefined }, 'binding_missing'],
    [
      'refuses a hex thumbprint (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': Buffer.from(thumbprintOf(own), 'base64url').toString('hex') } },
      'binding_missing',
    ],
    [
      'refuses a padded thumbprint (RFC 8705 §3.1; TV-21)',
      { cnf: { 'x5t#S256': `${thumbprintOf(own)}=` } },
      'binding_missing',
    ],
    [
      'refuses a confirmation that has to hold too (RFC 7800 §3.1)',
      { cnf: { 'x5t#S256': thumbprintOf(own), jkt: 'x' } },
      'binding_missing',
    ],
    ['refuses a token bound by DPoP only (RFC 9449 §7.2)', { cnf: { jkt: 'x' } }, 'binding_missing'],
    ['refuses an expired token (RFC 9068 §4; TV-10)', { exp: SECOND - 11 }, 'token_expired'],
    ['refuses a token without exp (RFC 9068 §2.2; TV-10)', { exp: undefined }, 'token_untrusted'],
    ['refuses exp as text (TV-10)', { exp: '9999999999' }, 'token_untrusted'],
    ['refuses a negative exp (TV-10)', { exp: -1 }, 'token_expired'],
    ['refuses a token issued 120 s ahead (TV-11)', { iat: SECOND + 120 }, 'token_untrusted'],
    ['refuses a token not valid for 120 s yet (TV-11)', { nbf: SECOND + 120 }, 'token_untrusted'],
    ['refuses another issuer (RFC 9068 §4; TV-12)', { iss: 'https://as.example/' }, 'token_untrusted'],
    ['refuses another audience (RFC 9068 §4; TV-13)', { aud: 'https://other.example' }, 'token_untrusted'],
    ['refuses a missing audience (TV-13)', { aud: undefined }, 'token_untrusted'],
    ['refuses the client id as audience (TV-13)', { aud: 'acme-orders' }, 'token_untrusted'],
    ['refuses a token without client_id (RFC 9068 §2.2)', { client_id: undefined }, 'token_untrusted'],
    ['refuses a token without partner', { partner: undefined }, 'token_untrusted'],
    ['refuses a scope that is no text', { scope: ['orders:read'] }, 'token_untrusted'],
  ])('%s', async (_name, change, rejection) => {
    expect(await verifyBoundToken(await token(change), own, policy, NOON)).toMatchObject({
      accepted: false,
      rejection,
    });
  });

  it.each<[name: string, change: Record<string, unknown>]>([
    ['accepts clocks 10 s apart (TV-11)', { iat: SECOND + 10, nbf: SECOND + 10 }],
    ['accepts a token 9 s after exp', { exp: SECOND - 9 }],
    [
      'accepts one audience of several (RFC 7519 §4.1.3)',
      { aud: ['https://other.example', 'https://api.example'] },
    ],
  ])('%s', async (_name, change) => {
    expect(await verifyBoundToken(await token(change), own, policy, NOON)).toMatchObject({ accepted: true });
  });

  it.each<[name: string, header: Record<string, unknown>]>([
    ['refuses typ JWT (RFC 9068 §4; TV-15)', { typ: 'JWT' }],
    ['refuses a missing typ (RFC 9068 §4; TV-15)', { typ: undefined }],
    ['refuses a logout token (RFC 8725 §3.11; TV-15)', { typ: 'logout+jwt' }],
    ['refuses an unknown kid', { kid: 'k2' }],
  ])('%s', async (_name, header) => {
    expect(await verifyBoundToken(await token({}, header), own, policy, NOON)).toMatchObject({
      accepted: false,
      rejection: 'token_untrusted',
    });
  });

  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = (header: Record<string, unknown>): string =>
    `${encode({ typ: 'at+jwt', kid: 'k1', ...header })}.${encode(CLAIMS)}`;

  it.each(['none', 'None', 'nOnE'])(
    'refuses alg %s with an empty signature (RFC 8725 §3.1; TV-01)',
    async (alg) => {
      expect(await verifyBoundToken(`${unsigned({ alg })}.`, own, policy, NOON)).toMatchObject({
        accepted: false,
      });
    },
  );

  it('refuses HS256 keyed with the public key (RFC 8725 §2.1; TV-02)', async () => {
    const input = unsigned({ alg: 'HS256' });
    for (const secret of [JSON.stringify(publicJwk), Buffer.from(publicJwk.x!, 'base64url')]) {
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await verifyBoundToken(`${input}.${signature}`, own, policy, NOON)).toMatchObject({
        accepted: false,
        rejection: 'token_untrusted',
      });
    }
  });

  it('refuses RS256 although the key would fit (TV-03)', async () => {
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' })
      .sign(rsa);
    expect(await verifyBoundToken(forged, own, policy, NOON)).toMatchObject({ rejection: 'token_untrusted' });
  });

  it('never uses a key from the header (CVE-2018-0114; TV-04)', async () => {
    const attacker = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(attacker.publicKey);
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', jwk } as never)
      .sign(attacker.privateKey);
    expect(await verifyBoundToken(forged, own, policy, NOON)).toMatchObject({ rejection: 'token_untrusted' });
  });

  it('refuses a critical extension that it does not know (RFC 7515 §4.1.11; TV-08)', async () => {
    const input = unsigned({ alg: 'ES256', crit: ['exp2'], exp2: 1 });
    const signature = randomBytes(64).toString('base64url');
    expect(await verifyBoundToken(`${input}.${signature}`, own, policy, NOON)).toMatchObject({
      accepted: false,
    });
  });

  it.each(['', 'x', 'a.b.c', 'a'.repeat(1_000_000), `${'['.repeat(100)}.x.y`])(
    'refuses junk (TV-30)',
    async (junk) => {
      expect(await verifyBoundToken(junk, own, policy, NOON)).toMatchObject({
        accepted: false,
        rejection: 'token_malformed',
      });
    },
  );

  it('throws, and gives no verdict, when the keys cannot be had', async () => {
    const keys = { keyFor: async () => Promise.reject(new KeysUnavailable('down')) };
    await expect(verifyBoundToken(await token(), own, { ...policy, keys }, NOON)).rejects.toThrow(
      KeysUnavailable,
    );
  });
});
