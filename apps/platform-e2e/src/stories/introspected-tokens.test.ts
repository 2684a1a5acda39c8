import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { makeSelfSigned, toIdentity, uniqueName } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { FORM_TYPE, tokenOf, toTokenEndpoint, withToken } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer } from '../harness/wire.js';
import { within } from '../harness/within.js';
import { INTROSPECTING_APIS, type IntrospectingApi } from './introspecting-apis.js';

const stack = sharedStack();
const operator = new Operator(stack);

/** A provider's API that knows no key of the token service: it asks about each token (RFC 7662). */
describe.each(Object.entries(INTROSPECTING_APIS))(
  '%s that asks the token service about each token',
  (_name, start) => {
    jest.setTimeout(60_000);
    const audience = `https://${uniqueName('introspected')}.example`;
    let tokenService: AppProcess;
    let api: IntrospectingApi;
    let caller: NamedClient;

    beforeAll(async () => {
      const provider = await registerPartner(operator, 'provider');
      const as = await registerNamedClient(operator, provider);
      caller = await registerNamedClient(operator, await registerPartner(operator, 'caller'));
      await operator.post('resources', { audience, partner: provider.id, scopes: ['orders:read'] });
      await operator.post('grants', { client: caller.clientId, resource: audience, scopes: ['orders:read'] });
      // Another replica of the token service, so that it can be stopped.
      const asked = await beside(stack, 'token-service');
      tokenService = await AppProcess.start(asked.application, newDirectory('introspected'));
      api = await start(stack, { audience, endpoint: `${asked.url}/introspect`, as });
    });
    afterAll(async () => {
      await api?.stop();
      await tokenService?.stop();
    });

    const token = (): Promise<string> => tokenOf(stack, caller, [['resource', audience]]);
    const call = (identity: Identity | undefined, text: string): Promise<WireAnswer> =>
      exchange({ ...api.dial, identity }, withToken(text));
    const statusOf = async (text: string): Promise<number> => (await call(caller.identity, text)).status;
    /** A call that is refused without reaching the API: the caller reads `invalid_token`, the operator this reason. */
    const expectRefused = async (
      identity: Identity | undefined,
      text: string,
      reason: string,
    ): Promise<void> => {
      const before = api.reached();
      const answer = await call(identity, text);
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
      expect(answer.json).not.toMatchObject(api.toldOf(caller));
      expect(await api.reasonOf(answer)).toBe(reason);
      expect(api.reached()).toBe(before);
    };

    it('accepts a token over the certificate that it is bound to, and says who calls (RFC 8705 §3.2)', async () => {
      const { status, json } = await call(caller.identity, await token());
      expect(status).toBe(200);
      expect(json).toMatchObject(api.toldOf(caller));
    });

    it('refuses it over another certificate, and without one (RFC 8705 §3; TV-16, TV-17)', async () => {
      const text = await token();
      await expectRefused(toIdentity(await makeSelfSigned('CN=thief')), text, 'binding_mismatch');
      await expectRefused(undefined, text, 'certificate_absent');
    });

    it('refuses a token for the API of another provider, of which it is told nothing (RFC 7662 §4; TV-37)', async () => {
      const foreign = await tokenOf(stack, caller, [['resource', stack.orders]]);
      await expectRefused(caller.identity, foreign, 'token_inactive');
    });

    it('refuses text that the token service does not know', () =>
      expectRefused(caller.identity, 'opaque-and-unknown', 'token_inactive'));

    it('refuses a token that its client has revoked, on the next call (RFC 7009)', async () => {
      const text = await token();
      expect(await statusOf(text)).toBe(200);
      const body = new URLSearchParams({ client_id: caller.clientId, token: text }).toString();
      const revoke = { method: 'POST', target: '/revoke', headers: [FORM_TYPE], body };
      await exchange(toTokenEndpoint(stack, caller.identity), revoke);
      await within(1_000, async () => (await statusOf(text)) === 401);
    });

    it('refuses a token of a suspended client within a second, and accepts it again after (R-10)', async () => {
      const text = await token();
      await operator.post(`clients/${caller.clientId}/suspend`);
      await within(1_000, async () => (await statusOf(text)) === 401);
      await operator.post(`clients/${caller.clientId}/resume`);
      await within(1_000, async () => (await statusOf(text)) === 200);
    });

    it('calls no token bad while it cannot ask: 503, and nothing gets through (TV-38)', async () => {
      const text = await token();
      await tokenService.stop();
      const before = api.reached();
      const answer = await call(caller.identity, text);
      expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
      expect(await api.reasonOf(answer)).toBe('introspection_unavailable');
      expect(api.reached()).toBe(before);
    });
  },
);
