import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { makeSelfSigned, toIdentity } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer, type WireRequest } from '../harness/wire.js';
import { Apache, MOD_OAUTH2_MISSING } from './apache.js';

const stack = sharedStack();

describe('Apache with mod_oauth2 (type=mtls), a resource server that is not ours', () => {
  const it = needsPrograms(['apache2'], MOD_OAUTH2_MISSING);
  let apache: Apache | undefined;
  let caller: NamedClient;
  let token: string;

  beforeAll(async () => {
    if (MOD_OAUTH2_MISSING !== undefined) return;
    const { issuer } = stack.file;
    const jwks = (await exchange({ url: issuer, ca: stack.ca }, { target: '/jwks' })).json as {
      keys: readonly object[];
    };
    apache = await Apache.start({ jwk: jwks.keys[0]!, claims: [`iss:${issuer}`, `aud:${stack.orders}`] });
    const operator = new Operator(stack);
    caller = await registerNamedClient(operator, await registerPartner(operator, 'peer'));
    token = await tokenOf(stack, caller);
  }, 60_000);
  afterAll(() => apache?.stop(), 20_000);

  const call = (identity: Identity | undefined, request: WireRequest): Promise<WireAnswer> =>
    exchange(apache!.dial(identity), request);

  it('accepts our token over the certificate that it is bound to (RFC 8705 §3)', async () => {
    expect(await call(caller.identity, withToken(token))).toMatchObject({
      status: 200,
      text: 'served by the peer',
    });
  });

  it('refuses our token over another certificate (RFC 8705 §3; TV-16)', async () => {
    const thief = toIdentity(await makeSelfSigned('CN=thief'));
    expect((await call(thief, withToken(token))).status).toBe(401);
  });

  it('refuses our token without a certificate (RFC 8705 §3; TV-17)', async () => {
    expect((await call(undefined, withToken(token))).status).toBe(401);
  });

  it('refuses a call without a token, and one with a changed token', async () => {
    expect((await call(caller.identity, { target: '/orders' })).status).toBe(401);
    const changed = `${token.slice(0, -4)}AAAA`;
    expect((await call(caller.identity, withToken(changed))).status).toBe(401);
  });
});
