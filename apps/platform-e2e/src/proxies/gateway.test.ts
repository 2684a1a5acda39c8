import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { startEchoApi, type EchoApi } from '../harness/echo-api.js';
import { makeSelfSigned, thumbprintOf } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { Guide } from '../harness/pages.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsProgram, needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, jsonRequest, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Dial, type Identity } from '../harness/wire.js';
import { NGINX, startAuthRequest, type AuthRequest } from './auth-request.js';
import { forgedLines } from './forged-lines.js';

const MINUTES = 120_000;
const GUIDE = 'docs/guides/gateway.md';

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

  /** The ten lines of the guide, with the places of this run. */
  function tenLines(audience: string): string {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(workspaceRoot, GUIDE), 'utf8'))!;
    const places = {
      'https://auth.example.com/jwks': `${stack.file.issuer}/jwks`,
      'https://auth.example.com': stack.file.issuer,
      'https://api.example.com': audience,
      'http://127.0.0.1:8080': `http://127.0.0.1:${api.port}`,
    };
    const here = Object.entries(places).reduce((text, [place, to]) => text.replaceAll(place, to), yaml);
    return `${here}issuerTls: { caFile: '${stack.file.caFile}' }\n`;
  }

  needsPrograms(['bash', 'curl'])(
    'ten lines of YAML protect it, as the guide says (gateway.md)',
    async () => {
      const { application, url } = await beside(stack, 'gateway');
      const guide = new Guide(GUIDE, stack, { 'https://api.example.com': url });
      const other = await makeSelfSigned('CN=other');
      const files = {
        token: await tokenOf(stack, client),
        'client.pem': client.leaf.pem,
        'client.key.pem': client.leaf.privateKeyPem,
        'other.pem': other.pem,
        'other.key.pem': other.privateKeyPem,
        'gateway.yaml': tenLines(stack.orders),
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

  describe('nginx asks the gateway about each request (auth_request)', () => {
    const itNginx = needsProgram('nginx');
    let proxy: AuthRequest | undefined;

    /** Started when it is first needed: where nginx is not installed, it is not. */
    async function through(identity?: Identity): Promise<Dial> {
      proxy ??= await startAuthRequest(stack, tenLines(stack.orders), api.port);
      return proxy.dial(identity);
    }

    afterAll(() => proxy?.stop(), MINUTES);

    itNginx(
      'and passes on who calls, whatever the client forges (RFC 8705 §3; PH-05)',
      async () => {
        const token = await tokenOf(stack, client);
        for (const [what, lines] of Object.entries({
          ...forgedLines(
            { pem: beta.identity.certificate, der: toDer(beta.identity.certificate) },
            NGINX.toHeader,
          ),
          'the identity headers': [
            ['Holdfast-Client-Id', 'beta'],
            ['Holdfast_Client_Id', 'beta'],
          ] as const,
          'the facts of the question': [
            ['X-Original-URI', '/open'],
            ['X-Original-Method', 'GET'],
          ] as const,
        })) {
          const answer = await exchange(
            await through(client.identity),
            withToken(token, { target: '/orders/7?a=%2F', headers: lines }),
          );
          expect({ what, status: answer.status }).toEqual({ what, status: 200 });
          const { headers } = answer.json as { headers: Record<string, string> };
          expect(headers).toMatchObject({
            'holdfast-client-id': client.clientId,
            'holdfast-partner': client.partner,
            'holdfast-certificate-thumbprint': thumbprintOf(client.leaf),
          });
          expect(headers).not.toHaveProperty('authorization');
          expect(headers).not.toHaveProperty('holdfast_client_id');
          expect(answer.json['url']).toBe('/orders/7?a=%2F');
        }
      },
      MINUTES,
    );

    itNginx(
      'and answers 401 and 403 as the gateway says, never 500 (decisions 25)',
      async () => {
        const token = await tokenOf(stack, client);
        const before = api.seen.length;
        const answers = [
          await exchange(await through(client.identity), { target: '/orders/1' }),
          await exchange(await through(beta.identity), withToken(token, { target: '/orders/1' })),
          await exchange(await through(), withToken(token, { target: '/orders/1' })),
          await exchange(await through(client.identity), withToken(token, { target: '/nothing' })),
          await exchange(
            await through(client.identity),
            withToken(token, { target: '/orders/1', method: 'DELETE' }),
          ),
          await exchange(
            await through(client.identity),
            withToken(token, { target: `/orders/1?access_token=${token}` }),
          ),
        ];
        expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 403, 403, 403]);
        expect(answers[0]!.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answers[1]!.headers['www-authenticate']).toContain('error="invalid_token"');
        expect(api.seen.length).toBe(before);
      },
      MINUTES,
    );
  });
});

function toDer(pem: string): Uint8Array {
  return new X509Certificate(pem).raw;
}
