import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { ComposeStack, describeOnEngine } from './harness/compose-stack.js';
import { readIdentity } from './harness/identity.js';
import { claimsOf, credentialsForm, tokenRequest, withToken } from './harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer, type WireRequest } from './harness/wire.js';
import { forgedLines, type Lines } from './proxies/forged-lines.js';
import { HOSTS } from './proxies/proxy-stand.js';

const MINUTES = 60_000;
const GUIDE = join(workspaceRoot, 'docs/guides/proxies.md');
const MARKED = /^<!-- run with compose -->\n+```sh\n([\s\S]*?)^```$/m;

/** What listens on the inner network, and what only inside its own container (probes and metrics). */
const LISTENING: Readonly<Record<string, readonly number[]>> = {
  postgres: [5432],
  admin: [7400, 7401],
  'token-service': [7410, 7411, 7412],
  'resource-server': [7420, 7422],
  'freight-api': [7425, 7427],
};
const MANAGEMENT = ['admin:7409', 'token-service:7419', 'resource-server:7429', 'freight-api:7428'];
/** The API of the second provider, beside the hosts of the example. */
const EDGE_HOSTS = { ...HOSTS, freight: 'freight.example.com' } as const;
const LISTENERS = Object.entries(LISTENING).flatMap(([name, ports]) =>
  ports.map((port) => `${name}:${port}`),
);

const stack = new ComposeStack('edge', ['docker-compose.yml', 'docker-compose.edge.yml']);

describeOnEngine('docker compose with nginx in front', () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-edge-'));
  const partners = join(home, 'partners');
  let guideAnswer: string;
  let acme: Identity;
  let beta: Identity;
  let acmeFreight: Identity;

  beforeAll(() => {
    stack.build();
    const [, commands = 'exit 1'] = MARKED.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const here = commands
      .replaceAll(/(?<= )(\.\/)?partners\b/g, partners)
      .replaceAll(':7443', `:${stack.prefix}43`);
    guideAnswer = execFileSync('bash', ['-e', '-c', here], {
      cwd: workspaceRoot,
      env: stack.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    [acme, beta, acmeFreight] = ['acme-orders', 'beta-sync', 'acme-freight'].map((name) =>
      readIdentity({
        certificateFile: join(partners, `${name}.pem`),
        privateKeyFile: join(partners, `${name}.key.pem`),
      }),
    ) as [Identity, Identity, Identity];
  }, 7 * MINUTES);

  afterAll(() => {
    stack.remove();
    rmSync(home, { recursive: true, force: true });
  }, MINUTES);

  /** One exchange through nginx, as a partner on this machine has it. */
  function ask(
    host: keyof typeof EDGE_HOSTS,
    identity: Identity | undefined,
    request: WireRequest,
  ): Promise<WireAnswer> {
    const dial = {
      url: `https://127.0.0.1:${stack.prefix}43`,
      ca: readFileSync(join(partners, 'public-ca.pem'), 'utf8'),
      identity,
      tls: { servername: EDGE_HOSTS[host] },
    };
    return exchange(dial, request);
  }

  function askForToken(clientId: string, identity: Identity | undefined, lines: Lines = []) {
    const request = tokenRequest(credentialsForm(clientId));
    return ask('token', identity, { ...request, headers: [...(request.headers ?? []), ...lines] });
  }

  it('is brought up by the commands of the guide, which get a token through nginx', () => {
    expect(JSON.parse(guideAnswer.slice(guideAnswer.indexOf('{')))).toMatchObject({ token_type: 'Bearer' });
  });

  it('serves a call with the right certificate; refuses the token with another or none (RFC 8705 §3)', async () => {
    const issued = await askForToken('acme-orders', acme);
    expect(issued.status).toBe(200);
    const call = withToken(String(issued.json['access_token']));
    expect((await ask('orders', acme, call)).status).toBe(200);
    expect(await ask('orders', beta, call)).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
    const { status, text } = await ask('orders', undefined, call);
    expect({ status, text }).toEqual({ status: 401, text: expect.stringContaining('certificate_absent') });
  });

  it("serves acme's other application at the API of the second provider, and no token for the first there (RFC 8707 §2)", async () => {
    const issued = await askForToken('acme-freight', acmeFreight);
    const call = withToken(String(issued.json['access_token']));
    expect(await ask('freight', acmeFreight, call)).toMatchObject({
      status: 200,
      json: { orders: [{ item: 'Container to Bergen' }, { item: 'Pallet to Basel' }] },
    });
    const first = withToken(String((await askForToken('acme-orders', acme)).json['access_token']));
    expect(await ask('freight', acme, first)).toMatchObject({
      status: 401,
      json: { error: 'invalid_token' },
    });
  });

  it('issues no token without a certificate, nor with that of another client (RFC 8705 §2)', async () => {
    const none = await askForToken('acme-orders', undefined);
    expect(none).toMatchObject({ status: 401, text: expect.stringContaining('certificate_absent') });
    const other = await askForToken('acme-orders', beta);
    expect(other).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('never takes a certificate from a header of the client (PH-05, PH-06)', async () => {
    const leaf = new X509Certificate(acme.certificate);
    const forged = forgedLines({ pem: leaf.toString(), der: leaf.raw }, encodeURIComponent);
    for (const [what, lines] of Object.entries(forged)) {
      const alone = await askForToken('acme-orders', undefined, lines);
      expect({ what, alone }).toMatchObject({
        alone: { status: 401, text: expect.stringContaining('certificate_absent') },
      });
      const beside = await askForToken('acme-orders', beta, lines);
      expect({ what, beside }).toMatchObject({ beside: { status: 401, json: { error: 'invalid_client' } } });
      // The same lines harm nobody: it is they that are without effect, not the request that is broken.
      expect({ what, own: (await askForToken('beta-sync', beta, lines)).status }).toEqual({ what, own: 200 });
    }
  });

  it('names the addresses of nginx in metadata and tokens, and a partner on the outer network finds them (RFC 8414 §3.3)', async () => {
    const issuer = `https://${HOSTS.token}`;
    const script = `
      const get = (url) => fetch(url).then((answer) => answer.json());
      get('${issuer}/.well-known/oauth-authorization-server').then(async (metadata) =>
        console.log(JSON.stringify({ metadata, jwks: await get(metadata.jwks_uri) })));`;
    const trust = [
      '--volume',
      `${stack.project}_partners:/partners:ro`,
      '--env',
      'NODE_EXTRA_CA_CERTS=/partners/public-ca.pem',
    ];
    expect(stack.runOn('outer', script, [], trust)).toEqual({
      metadata: expect.objectContaining({
        issuer,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        mtls_endpoint_aliases: {
          token_endpoint: `${issuer}/token`,
          introspection_endpoint: `${issuer}/introspect`,
          revocation_endpoint: `${issuer}/revoke`,
          deny_feed_endpoint: `${issuer}/deny-feed`,
        },
      }),
      jwks: { keys: [expect.objectContaining({ kty: 'EC' })] },
    });
    const { json } = await askForToken('acme-orders', acme);
    expect(claimsOf(String(json['access_token']))).toMatchObject({
      iss: issuer,
      aud: `https://${HOSTS.orders}`,
    });
  });

  it(
    'lets nobody on the outer network connect to anything but nginx, by name or by address',
    () => {
      const nginx = stack.inspect('nginx').NetworkSettings.Networks[`${stack.project}_outer`]!;
      const reachable = ['nginx:443', `${HOSTS.token}:443`, `${HOSTS.orders}:443`, `${nginx.IPAddress}:443`];
      const services = [...LISTENERS, ...MANAGEMENT];
      const aliases = ['token.internal:7412', 'api.internal:7422', 'freight.internal:7427'];
      // The host, as the outer network sees it: admin is published on its loopback only.
      const host = ['00', '01', '11', '20', '25'].map((port) => `${nginx.Gateway}:${stack.prefix}${port}`);
      const hidden = [...services, ...aliases, ...services.flatMap((target) => byAddress(target)), ...host];
      expect(stack.connectedFrom('outer', [...reachable, ...hidden])).toEqual(reachable);

      // The same attempts from within: what was not reached is there, and the attempt can tell. Probes and metrics are for
      // their own container alone.
      const inside = [...LISTENERS, ...aliases, ...LISTENERS.flatMap((target) => byAddress(target, 'inner'))];
      expect(stack.connectedFrom('inner', [...inside, ...MANAGEMENT])).toEqual(inside);
    },
    MINUTES,
  );

  it('publishes no port but those of nginx and, on loopback, of admin', () => {
    const published = ['postgres', 'token-service', 'resource-server', 'freight-api', 'admin', 'nginx'].map(
      (service) => [service, stack.inspect(service).HostConfig.PortBindings ?? {}],
    );
    const on = (port: string) => [{ HostIp: '127.0.0.1', HostPort: `${stack.prefix}${port}` }];
    expect(Object.fromEntries(published)).toEqual({
      postgres: {},
      'token-service': {},
      'resource-server': {},
      'freight-api': {},
      admin: { '7400/tcp': on('00'), '7401/tcp': on('01') },
      nginx: { '443/tcp': on('43') },
    });
  });

  it('gives nginx its own keys, readable only, and its credential to nobody else', () => {
    const secrets = '/etc/holdfast/proxy';
    expect(stack.filesIn('nginx', secrets)).toEqual([
      'holdfast-ca.pem',
      'proxy.key',
      'proxy.pem',
      'public.key',
      'public.pem',
    ]);
    const mounts = stack.inspect('nginx').Mounts;
    expect(mounts.filter(({ Name }) => Name !== undefined)).toEqual([
      expect.objectContaining({ Name: `${stack.project}_nginx-secret`, Destination: secrets, RW: false }),
    ]);
    expect(mounts.filter(({ RW }) => RW)).toEqual([]);
    for (const [service, own] of Object.entries({
      'token-service': ['key-encryption-key', 'token-service-database-url'],
      'resource-server': [
        'gateway-keys.json',
        'orders-api.key.pem',
        'orders-api.pem',
        'resource-server-database-url',
        'server-ca.pem',
      ],
      'freight-api': ['freight-api.key.pem', 'freight-api.pem', 'freight-database-url', 'server-ca.pem'],
    })) {
      const expected = [...own, 'proxies.yaml', 'server.key.pem', 'server.pem'].sort();
      expect(stack.filesIn(service)).toEqual(expected);
    }
    expect(stack.filesIn('admin')).toEqual([
      'admin-database-url',
      'server-ca.pem',
      'server.key.pem',
      'server.pem',
    ]);
    expect(stack.filesIn('postgres')).toEqual(['postgres-password']);
  });

  it('runs nginx as an ordinary user on a read-only file system, forwarding no packets between its networks', () => {
    expect(stack.standingOf('nginx')).toEqual({ uid: '101', fileSystem: 'read-only' });
    expect(stack.exec('nginx', 'cat', '/proc/sys/net/ipv4/ip_forward')).toBe('0');
  });
});

/** `name:port` by the addresses that the service has, on one network or on all. */
function byAddress(target: string, network?: string): string[] {
  const [name = '', port = ''] = target.split(':');
  return Object.entries(stack.inspect(name).NetworkSettings.Networks)
    .filter(([its]) => network === undefined || its === `${stack.project}_${network}`)
    .map(([, { IPAddress }]) => `${IPAddress}:${port}`);
}
