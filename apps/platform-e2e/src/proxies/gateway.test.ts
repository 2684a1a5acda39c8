import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeSelfSigned } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { Guide } from '../harness/pages.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, jsonRequest, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Dial, type Identity } from '../harness/wire.js';
import { GATEWAY_GUIDE, tenLines } from './ten-lines.js';

const MINUTES = 120_000;

const stack = sharedStack();
const { acme, beta } = demoClients(stack);

describe('the gateway of the stack', () => {
  const dial = (identity?: Identity): Dial => ({ url: stack.file.gateway, ca: stack.ca, identity });

  it('lets the holder of a bound token through to the sample API, as itself (RFC 8705 §3)', async () => {
    const token = await tokenOf(stack, acme);
    const made = jsonRequest('POST', '/orders', { item: 'Gate', quantity: 3 });
    const created = await exchange(dial(acme.identity), withToken(token, made));
    expect(created.status).toBe(201);
    const target = `/orders/${String(created.json['id'])}`;
    expect(await exchange(dial(acme.identity), withToken(token, { target }))).toMatchObject({ status: 200 });
    const other = withToken(await tokenOf(stack, beta), { target });
    expect(await exchange(dial(beta.identity), other)).toMatchObject({ status: 404 });
  });

  it('refuses a stolen token and no token, in the words of the standard (RFC 6750 §3.1)', async () => {
    const token = await tokenOf(stack, acme);
    expect(await exchange(dial(beta.identity), withToken(token))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') as unknown },
    });
    expect(await exchange(dial(acme.identity), { target: '/orders' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('ends with code 78 and says all that is wrong with its file at once', async () => {
    const { application } = await beside(stack, 'gateway');
    const file = join(newDirectory('broken-gateway'), 'gateway.yaml');
    writeFileSync(file, 'tokens: { issuers: [] }\nupstreams: { a: { url: x } }\nroutes: [{ path: a }]\n');
    const { exitCode, stderr } = await runProgram(
      process.execPath,
      [join(workspaceRoot, application.script)],
      { env: { ...application.env, GATEWAY_FILE: file } },
    );
    expect(exitCode).toBe(78);
    for (const member of ['tokens.issuers', 'upstreams.a.url', 'routes.0.path', 'routes.0.scopes'])
      expect(stderr).toContain(`- GATEWAY_FILE: ${member}: `);
  });
});

describe('before an API that knows nothing of certificates', () => {
  let api: EchoApi;
  let client: NamedClient;
  beforeAll(async () => {
    api = await startEchoApi();
    const operator = new Operator(stack);
    client = await registerNamedClient(operator, await registerPartner(operator, 'gated'));
  }, MINUTES);
  afterAll(() => api?.stop());

  needsPrograms(['bash', 'curl'])(
    'ten lines of YAML protect it, as the guide says (gateway.md)',
    async () => {
      const { application, url } = await beside(stack, 'gateway');
      const guide = new Guide(GATEWAY_GUIDE, stack, { 'https://api.example.com': url });
      const other = await makeSelfSigned('CN=other');
      const files = {
        token: await tokenOf(stack, client),
        'client.pem': client.leaf.pem,
        'client.key.pem': client.leaf.privateKeyPem,
        'other.pem': other.pem,
        'other.key.pem': other.privateKeyPem,
        'gateway.yaml': tenLines(stack, api.port),
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(guide.directory, name), text);
      const env = { ...application.env, GATEWAY_FILE: join(guide.directory, 'gateway.yaml') };
      const gateway = await AppProcess.start({ ...application, env }, guide.directory);
      try {
        const checked = await guide.paste();
        expect(checked).toContain('gateway.yaml can be used.');
        expect(checked.trimEnd().split('\n').at(-1)).toMatch(
          /^1 +any +\/orders\/\*\* +GET HEAD +orders:read for /,
        );
        const [answer = '', ...statuses] = (await guide.paste()).trim().split(/\n|(?<=\})(?=\d)/);
        expect(JSON.parse(answer)).toMatchObject({
          url: '/orders/1',
          headers: { 'holdfast-client-id': client.clientId, 'holdfast-partner': client.partner },
        });
        expect(statuses).toEqual(['401', '401']);
        expect(guide.left).toBe(0);
      } finally {
        await gateway.stop();
      }
    },
    MINUTES,
  );
});
