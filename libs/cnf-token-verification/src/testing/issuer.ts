import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { thumbprintOf } from '@holdfast/token-binding';
import type { SecureFetch, TokenPolicyInput } from '../index.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const SECOND = Math.floor(NOON.getTime() / 1000);
export const after = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1_000);

/** Any octets do: the verifier never parses the certificate. */
export const OWN = thumbprintOf(Buffer.from('the certificate of this connection'));
export const STRANGER = thumbprintOf(Buffer.from('the certificate of somebody else'));

export const ISSUER = 'https://as.example';
export const AUDIENCE = 'https://api.example';
export const JWKS_URI = 'https://as.example/jwks';

/** What a good token says; one member undefined takes it away. */
export const CLAIMS = {
  iss: ISSUER,
  sub: 'acme-orders',
  aud: AUDIENCE,
  client_id: 'acme-orders',
  partner: 'acme',
  scope: 'orders:read orders:write',
  iat: SECOND,
  exp: SECOND + 300,
  jti: 'j-1',
  cnf: { 'x5t#S256': OWN },
};

export type Change = Readonly<Record<string, unknown>>;

/** A token service: a key, tokens signed with it, and an address that publishes it. */
export interface TestIssuer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  token(change?: Change, header?: Change): Promise<string>;
}

export async function makeIssuer(kid = 'k1', alg = 'ES256'): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    kid,
    privateKey,
    jwk,
    token: (change = {}, header = {}) =>
      new SignJWT(without({ ...CLAIMS, ...change }) as JWTPayload)
        .setProtectedHeader(without({ alg, typ: 'at+jwt', kid, ...header }) as never)
        .sign(privateKey),
  };
}

function without(members: Change): Change {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A policy with one issuer, whose keys are at `JWKS_URI`. */
export function policyOf(change: Change = {}, issuer: Change = {}): TokenPolicyInput {
  return {
    issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: { jwksUri: JWKS_URI }, ...issuer }],
    ...change,
  } as TokenPolicyInput;
}

/** Every question that was asked of the world outside, and what it answers. */
export interface Outside {
  readonly asked: { readonly url: string; readonly body: string | undefined }[];
  answer: (url: string, body: string | undefined) => unknown;
  readonly fetch: SecureFetch;
}

/** `answer` gives JSON, a `Response`, or throws. */
export function outside(answer: Outside['answer']): Outside {
  const world: Outside = {
    asked: [],
    answer,
    fetch: async (url, { body }) => {
      world.asked.push({ url, body });
      const given = world.answer(url, body);
      return given instanceof Response ? given : Response.json(given);
    },
  };
  return world;
}
