import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readProxiesFile } from '@holdfast/certificate-source';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { LONG, World, type Caller, type CallOptions } from './testing/world.js';

const FILE = (style: string): string => `
upstreams:
  api: { url: BACKEND }
verify: { style: ${style} }
routes:
  - { path: /read, methods: [GET], scopes: [read], host: api.example }
  - { path: /admin, methods: [GET], scopes: [admin] }
  - { path: /rare, methods: [GET], scopes: [], rate: { perSecond: 0.01, burst: 1 } }
  - { path: /through, methods: [GET], scopes: [], upstream: api }
`;

let world: World;
let proxy: Caller;
beforeAll(async () => {
  const leaf = await createSelfSigned({ subject: 'CN=edge', extendedKeyUsage: ['clientAuth'], ...LONG });
  proxy = { id: 'edge', leaf };
  world = await World.start(FILE('nginx'), (made) => {
    const edge = {
      name: 'edge',
      addresses: ['127.0.0.1'],
      certificate: { thumbprints: [thumbprintOf(leaf.der)] },
      format: 'rfc9440',
      certificateHeader: 'Client-Cert',
      clientAddressHeader: 'X-Client-Address',
      proxyValidates: false,
    };
    made.write('proxies.json', JSON.stringify({ proxies: [edge] }));
    const file = readProxiesFile(made.path('proxies.json'));
    if (!file.usable) throw new Error(file.problems.join('\n'));
    return { port: 0, proxies: file.proxies };
  });
});
afterAll(() => world.stop());

const forwarded = ({ der }: IssuedCertificate): string => `:${Buffer.from(der).toString('base64')}:`;

/** What a proxy asks about a call of alice. */
async function ask(facts: Record<string, string>, change: CallOptions = {}) {
  return world.call({
    path: '/verify',
    as: proxy,
    port: world.proxyPort,
    token: await world.token(world.alice),
    headers: { 'client-cert': forwarded(world.alice.leaf), 'x-client-address': '192.0.2.7', ...facts },
    ...change,
  });
}

const nginx = (uri: string, method = 'GET', host = 'api.example') => ({
  'x-original-uri': uri,
  'x-original-method': method,
  'x-original-host': host,
});

describe('/verify', () => {
  it('answers 204 with the identity to pass on, for the certificate that the proxy forwards (RFC 8705 §3)', async () => {
    const { status, headers, text } = await ask(nginx('/read?x=1'));
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers).toMatchObject({
      'holdfast-client-id': 'alice',
      'holdfast-certificate-thumbprint': thumbprintOf(world.alice.leaf.der),
    });
  });

  it.each([
    ['no token', {}, { token: undefined as unknown as string }, 401, '401', 'token_absent'],
    ['a scope that is missing', nginx('/admin'), {}, 403, '403', 'scope_insufficient'],
    ['an unknown path', nginx('/nothing'), {}, 403, '404', 'path_unknown'],
    ['another host', nginx('/read', 'GET', 'b.example'), {}, 403, '404', 'path_unknown'],
    ['a method that is not served', nginx('/read', 'POST'), {}, 403, '405', 'method_not_allowed'],
    ['a path that could be read in two ways', nginx('/read/../admin'), {}, 403, '400', 'request_malformed'],
    [
      'a token in the query of the original request',
      nginx('/read?access_token=x'),
      {},
      403,
      '400',
      'credentials_malformed',
    ],
  ])('answers 401 or 403 alone, for %s (decisions 25)', async (_what, facts, change, status, own, reason) => {
    const answer = await ask({ ...nginx('/read'), ...facts }, change);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'holdfast-status': own, 'holdfast-reason': reason });
    expect(answer.headers).not.toHaveProperty('holdfast-client-id');
  });

  it("refuses another's token, and does not tell why where callers may not know", async () => {
    const token = await world.token(world.alice, { iss: 'https://other.example' });
    const answer = await ask(nginx('/read'), { token });
    expect(answer).toMatchObject({ status: 401, headers: { 'holdfast-reason': 'refused' } });
    const stolen = await ask({ ...nginx('/read'), 'client-cert': forwarded(world.bob.leaf) });
    expect(stolen).toMatchObject({ status: 401, headers: { 'holdfast-reason': 'binding_mismatch' } });
  });

  it('answers 403 beyond the rate, with the seconds to wait', async () => {
    expect(await ask(nginx('/rare'))).toMatchObject({ status: 204 });
    const { status, headers } = await ask(nginx('/rare'));
    expect({ status, own: headers['holdfast-status'] }).toEqual({ status: 403, own: '429' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers nobody but an authenticated proxy', async () => {
    expect(await ask(nginx('/read'), { as: world.alice })).toMatchObject({ status: 401 });
    const direct = await ask(nginx('/read'), { port: world.port, as: world.alice });
    expect(direct).toMatchObject({ status: 404 });
  });

  it('refuses what the proxy does not say, or says twice: then a client may have said it', async () => {
    const { 'x-original-method': _, ...missing } = nginx('/read');
    expect(await ask(missing)).toMatchObject({ status: 403, headers: { 'holdfast-status': '400' } });
    const token = await world.token(world.alice);
    const twice = Object.entries(nginx('/read')).flat();
    const headers = ['Client-Cert', forwarded(world.alice.leaf), ...twice, 'X-Original-URI', '/admin'];
    expect(await ask({}, { token, headers })).toMatchObject({
      status: 403,
      headers: { 'holdfast-status': '400' },
    });
  });

  it('forwards what does not ask, with the address of the client that the proxy reports (PH-19)', async () => {
    const { status, json } = await ask({}, { path: '/through' });
    expect({ status, from: json['headers']['x-forwarded-for'] }).toEqual({ status: 200, from: '192.0.2.7' });
    expect(json['headers']).toMatchObject({ 'holdfast-client-id': 'alice' });
    expect(json['headers']).not.toHaveProperty('client-cert');
    expect(
      await ask(
        {},
        { path: '/read', headers: { host: 'api.example', 'client-cert': forwarded(world.alice.leaf) } },
      ),
    ).toMatchObject({
      status: 404,
    });
  });

  it('reads the facts of Traefik', async () => {
    const before = world.gateway.replace(world.stateOf(FILE('traefik')));
    const facts = (uri: string) => ({
      'x-forwarded-uri': uri,
      'x-forwarded-method': 'GET',
      'x-forwarded-host': 'api.example',
    });
    expect(await ask(facts('/read'))).toMatchObject({ status: 204 });
    expect(await ask(facts('/admin'))).toMatchObject({ status: 403 });
    expect(await ask(nginx('/read'))).toMatchObject({ status: 403 });
    // As Caddy asks: its own query is not what is asked about.
    expect(await ask(facts('/read?x=1'), { path: '/verify?x=1' })).toMatchObject({ status: 204 });
    expect(await ask(facts('/read?access_token=x'), { path: '/verify?access_token=x' })).toMatchObject({
      headers: { 'holdfast-status': '400' },
    });
    await world.gateway.replace(before).retire();
  });

  it('reads the facts of Envoy: the very method, path and Host', async () => {
    const before = world.gateway.replace(world.stateOf(FILE('envoy')));
    const own = { host: 'api.example', 'client-cert': forwarded(world.alice.leaf) };
    const asking = (path: string, method = 'GET') => ask({}, { path, method, headers: own });
    expect(await asking('/verify/read?x=1')).toMatchObject({ status: 204 });
    expect(await asking('/verify/admin')).toMatchObject({ status: 403 });
    expect(await asking('/verify/read', 'POST')).toMatchObject({ status: 403 });
    expect(await asking('/verify')).toMatchObject({ status: 403 });
    await world.gateway.replace(before).retire();
  });
});
