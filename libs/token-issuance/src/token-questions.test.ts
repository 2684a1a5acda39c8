import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegistryChange } from '@holdfast/client-registry';
import type { ClientId, DeniedAccess } from '@holdfast/oauth-protocol';
import { thumbprintOf } from '@holdfast/token-binding';
import {
  AuthenticateClient,
  DecisionRecorder,
  IntrospectToken,
  RevokeToken,
  type AccessTokenClaims,
} from './index.js';
import {
  ACME,
  acmeLeaf,
  API,
  BETA,
  betaLeaf,
  issuing,
  makeWorld,
  NOON,
  POLICY,
  present,
  registryWith,
} from './testing/issuance-world.js';

const SECONDS = NOON.getTime() / 1_000;
const CONTEXT = { requestId: 'req_1', source: '127.0.0.1' };

beforeAll(makeWorld);

let claims: AccessTokenClaims;
beforeEach(() => {
  claims = {
    iss: POLICY.issuer,
    sub: ACME,
    aud: API,
    client_id: ACME,
    partner: 'acme',
    env: 'test',
    scope: 'orders:read',
    iat: SECONDS - 60,
    exp: SECONDS + 180,
    jti: 'jti-1',
    cnf: { 'x5t#S256': thumbprintOf(acmeLeaf.der) },
  };
});

const UNASKED = [() => undefined, () => undefined] as const;

/** The endpoints over a registry with these changes; `own` is the one token that this issuer has signed. */
function endpoints(...changes: RegistryChange[]) {
  const directory = registryWith(changes);
  const counted: unknown[] = [];
  const audit = { record: () => Promise.resolve(), count: (refusal: unknown) => void counted.push(refusal) };
  const clients = new AuthenticateClient(directory, POLICY, ...UNASKED);
  const recorder = new DecisionRecorder(audit as never, () => NOON);
  const tokens = {
    read: (token: string) => Promise.resolve(token === 'own' ? { claims, keyId: 'key-1' } : undefined),
  };
  const revoked: string[] = [];
  const revocations = { revoke: async ({ jti }: AccessTokenClaims) => void revoked.push(jti) };
  const ports = { clients, directory, tokens, recorder, issuer: POLICY.issuer, now: () => NOON };
  return {
    introspect: new IntrospectToken(ports),
    revoke: new RevokeToken(clients, tokens, revocations, recorder, () => NOON),
    revoked,
    counted,
  };
}

const asAcme = () => present(acmeLeaf, issuing);
const asBeta = () => present(betaLeaf);
const question = (clientId: ClientId, token = 'own') => ({ clientId, token });
const denial = (denied: DeniedAccess): RegistryChange => ({
  kind: 'denyEntries',
  id: 'deny',
  value: { id: 'deny', ...denied },
});

describe('IntrospectToken (RFC 7662)', () => {
  it('tells who provides the API everything that the token says, with cnf (RFC 8705 §3.2)', async () => {
    const { introspect } = endpoints();
    expect(await introspect.execute(question(BETA), asBeta(), CONTEXT)).toEqual({
      active: true,
      token_type: 'Bearer',
      ...claims,
    });
  });

  it("tells the token's own client the same", async () => {
    const { introspect } = endpoints();
    expect(await introspect.execute(question(ACME), asAcme(), CONTEXT)).toMatchObject({ active: true });
  });

  it.each<[string, DeniedAccess]>([
    ['of a suspended partner', { kind: 'partner', partner: 'acme' }],
    ['of a suspended client', { kind: 'client', client: 'acme-orders' }],
    ['that was revoked', { kind: 'jti', jti: 'jti-1' }],
    [
      'whose grant was taken back',
      { kind: 'grant', client: 'acme-orders', resource: API, issued_before: SECONDS },
    ],
    ['by a withdrawn key', { kind: 'kid', kid: 'key-1' }],
  ])('says bare that a token is not active %s', async (_name, denied) => {
    const { introspect } = endpoints(denial(denied));
    expect(await introspect.execute(question(BETA), asBeta(), CONTEXT)).toEqual({ active: false });
  });

  it.each<[string, Partial<AccessTokenClaims>]>([
    ['has ended', { exp: SECONDS }],
    ['is of another issuer with these keys', { iss: 'https://other.example' }],
    ['is for an API of somebody else (TV-37)', { aud: 'https://other.example' }],
  ])('says bare that a token is not active that %s', async (_name, change) => {
    Object.assign(claims, change);
    const { introspect } = endpoints();
    expect(await introspect.execute(question(BETA), asBeta(), CONTEXT)).toEqual({ active: false });
  });

  it('says bare that what it cannot read is not active', async () => {
    const { introspect } = endpoints();
    expect(await introspect.execute(question(ACME, 'foreign'), asAcme(), CONTEXT)).toEqual({ active: false });
  });

  it('refuses a caller that does not authenticate, and counts it (TV-37)', async () => {
    const { introspect, counted } = endpoints();
    await expect(introspect.execute(question(ACME), asBeta(), CONTEXT)).rejects.toMatchObject({
      code: 'invalid_client',
    });
    expect(counted).toMatchObject([{ reason: 'certificate_not_registered', clientId: ACME }]);
  });
});

describe('RevokeToken (RFC 7009)', () => {
  it("takes back the caller's own token", async () => {
    const { revoke, revoked } = endpoints();
    await revoke.execute(question(ACME), asAcme(), CONTEXT);
    expect(revoked).toEqual(['jti-1']);
  });

  it.each<[string, () => void, string]>([
    ['of another client (§2.1; TV-39)', () => Object.assign(claims, { client_id: BETA }), 'own'],
    ['that has ended', () => Object.assign(claims, { exp: SECONDS }), 'own'],
    ['that is none (§2.2)', () => undefined, 'foreign'],
  ])('answers alike and changes nothing for a token %s', async (_name, change, token) => {
    change();
    const { revoke, revoked } = endpoints();
    await revoke.execute(question(ACME, token), asAcme(), CONTEXT);
    expect(revoked).toEqual([]);
  });

  it('refuses a caller that does not authenticate', async () => {
    const { revoke, revoked } = endpoints();
    await expect(revoke.execute(question(ACME), asBeta(), CONTEXT)).rejects.toMatchObject({
      code: 'invalid_client',
    });
    expect(revoked).toEqual([]);
  });
});
