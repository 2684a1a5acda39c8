import { spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { closeSync, copyFileSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findFreePort, workspaceRoot } from '@holdfast/stack';
import { createSelfSigned } from '@holdfast/test-pki';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside, type BesideProxies } from '../harness/beside.js';
import { makeSelfSigned, thumbprintOf, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { Guide } from '../harness/pages.js';
import { registerNamedClient, registerPartner, type NamedClient } from '../harness/partners.js';
import { needsProgram, needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, jsonRequest, tokenOf, withToken } from '../harness/token-endpoint.js';
import { exchange, type Dial, type Identity } from '../harness/wire.js';
import { forgedLines } from './forged-lines.js';
import { end, untilListening } from './proxy-stand.js';
import { REAL_PROXIES } from './real-proxies.js';

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

/** An API that knows nothing of certificates: it answers with the headers that it got. */
interface Api {
  readonly server: Server;
  readonly port: number;
  readonly seen: { url: string | undefined; headers: IncomingHttpHeaders }[];
}

async function startApi(): Promise<Api> {
  const seen: Api['seen'] = [];
  const server = createServer(({ url, headers }, response) => {
    seen.push({ url, headers });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ url, headers }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, seen };
}

describe('before an API that knows nothing of certificates', () => {
  let api: Api;
  let client: NamedClient;
  beforeAll(async () => {
    api = await startApi();
    const operator = new Operator(stack);
    client = await registerNamedClient(operator, await registerPartner(operator, 'gated'));
  }, MINUTES);
  afterAll(() => void api.server.close());

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
    const nginx = REAL_PROXIES.find(({ name }) => name === 'nginx')!;
    let gateway: AppProcess | undefined;
    let proxy: ChildProcess | undefined;
    let port: number;
    let publicPem: string;

    /** Started when it is first needed: where nginx is not installed, it is not. */
    async function through(identity?: Identity): Promise<Dial> {
      if (proxy === undefined) await start();
      const tls = { servername: 'api.example.com' };
      return { url: `https://127.0.0.1:${port}`, ca: publicPem, identity, tls };
    }

    async function start(): Promise<void> {
      const directory = newDirectory('auth-request');
      const one = await besideWithVerify(directory);
      gateway = await AppProcess.start(one.application, directory);
      port = await findFreePort();
      const places: Record<string, string> = {
        'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
        '/etc/holdfast/proxy': directory,
        'gateway.internal:7432': `127.0.0.1:${one.proxyPort}`,
        'api.internal:8080': `127.0.0.1:${api.port}`,
        'gateway.internal': 'localhost',
      };
      const example = readFileSync(join(workspaceRoot, 'examples/gateway/nginx/api.conf'), 'utf8');
      for (const place of Object.keys(places)) expect(example).toContain(place);
      const text = Object.entries(places).reduce((all, [place, to]) => all.replaceAll(place, to), example);
      writeFileSync(join(directory, 'api.conf'), text);
      const conf = join(directory, 'nginx.conf');
      writeFileSync(conf, nginx.around!({ directory, example: join(directory, 'api.conf'), port }));
      const log = openSync(join(directory, 'output.log'), 'a', 0o600);
      proxy = spawn('nginx', nginx.args(conf), {
        env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      await untilListening(proxy, port, join(directory, 'output.log'));
    }

    /** A gateway with a listener for that nginx, and what nginx needs, in files. */
    async function besideWithVerify(directory: string): Promise<BesideProxies> {
      const own = await makeSelfSigned('CN=nginx');
      const outside = await createSelfSigned({
        subject: 'CN=api.example.com',
        san: { dns: ['api.example.com'] },
        ...validNow(),
      });
      publicPem = outside.pem;
      const write = (name: string, content: string): void =>
        writeFileSync(join(directory, name), content, { mode: 0o600 });
      write('proxy.pem', own.pem);
      write('proxy.key', own.privateKeyPem);
      write('public.pem', outside.pem);
      write('public.key', outside.privateKeyPem);
      copyFileSync(stack.file.caFile, join(directory, 'holdfast-ca.pem'));
      const proxies = readFileSync(join(workspaceRoot, 'examples/proxies/nginx/proxies.yaml'), 'utf8');
      write(
        'proxies.yaml',
        proxies
          .replace(/addresses: \[.*\]/, 'addresses: [127.0.0.1]')
          .replace('THUMBPRINT-OF-PROXY.PEM', thumbprintOf(own)),
      );
      write('gateway.yaml', `${tenLines(stack.orders)}verify: { style: nginx }\n`);
      const one = await beside(stack, 'gateway', { GATEWAY_FILE: join(directory, 'gateway.yaml') });
      return behindProxies(one, join(directory, 'proxies.yaml'));
    }

    afterAll(async () => {
      if (proxy !== undefined) await end(proxy);
      await gateway?.stop();
    }, MINUTES);

    itNginx(
      'and passes on who calls, whatever the client forges (RFC 8705 §3; PH-05)',
      async () => {
        const token = await tokenOf(stack, client);
        for (const [what, lines] of Object.entries({
          ...forgedLines(
            { pem: beta.identity.certificate, der: toDer(beta.identity.certificate) },
            nginx.toHeader,
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
