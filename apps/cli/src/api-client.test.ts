import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '@holdfast/test-pki';
import { bundleOf } from './testing/bundle.js';
import { FakePlatform, problem, TOKEN, VALID } from './testing/fake-platform.js';

let platform: FakePlatform;
let pinned: string;

beforeAll(async () => {
  platform = await FakePlatform.start();
  pinned = (await createSelfSigned({ subject: 'CN=beta', ...VALID })).pem;
});
beforeEach(() => platform.reset());
afterAll(() => platform.stop());

const PARTNER = { id: 'acme', name: 'Acme Ltd', status: 'active' };
const CLIENT = {
  id: 'acme-orders',
  partner: 'acme',
  token_endpoint_auth_method: 'tls_client_auth',
  status: 'active',
};
const CREDENTIAL = {
  kind: 'subject_dn',
  id: 'cred-1',
  client: 'acme-orders',
  anchor: 'acme-ca',
  value: 'CN=orders',
};
const ANCHOR = {
  id: 'acme-ca',
  partner: 'acme',
  subject: 'CN=CA',
  key: 'k',
  not_after: '2030',
  intermediates: [],
  server_auth_until: null,
  status: 'active',
  revocation: 'hard',
};
const RESOURCE = { audience: 'https://api.acme.example', partner: 'acme', scopes: ['a', 'b'] };
const GRANT = { id: 'grant-1', client: 'beta-sync', resource: 'https://api.acme.example', scopes: ['a'] };
const EVENT = {
  stream: 's',
  seq: 1,
  at: '2027-06-01T12:00:00Z',
  kind: 'token.refused',
  actor: 'beta-sync',
  partner: 'beta',
  client: 'beta-sync',
  request_id: 'req-7',
  reason: 'issuer_unknown',
  detail: { depth: 1 },
};

const REQUEST = {
  at: EVENT.at,
  outcome: 'refused',
  reason: 'issuer_unknown',
  told: false,
  meaning: 'no trust anchor of the partner vouches for the certificate',
  remedy: null,
  client: 'beta-sync',
  partner: null,
  request_id: 'req-7',
  source: '127.0.0.1',
  detail: {},
};

describe('the operator', () => {
  it('gets one token for the admin API and calls it with the same certificate (RFC 8705 §3)', async () => {
    platform.answer('GET /api/v1/partners/acme', { body: PARTNER });
    const { code } = await platform.run('partner', 'show', 'acme');
    expect(code).toBe(0);
    const [token, call] = platform.seen;
    const thumbprint = createHash('sha256').update(platform.operator.der).digest('base64url');
    expect(Object.fromEntries(new URLSearchParams(token!.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'holdfast-operator',
      resource: platform.url,
    });
    expect(token).toMatchObject({ thumbprint, contentType: 'application/x-www-form-urlencoded' });
    expect(call).toMatchObject({ thumbprint, authorization: `Bearer ${TOKEN}` });
    expect(platform.seen).toHaveLength(2);
  });

  it('is refused by the token service: exit 3, the reason behind the request id is one command away', async () => {
    const body = {
      error: 'invalid_client',
      error_description: 'client authentication failed',
      request_id: 'req-3',
    };
    platform.answer('POST /token', { status: 401, body });
    const { code, stdout, stderr } = await platform.run('partner', 'list');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('refuses holdfast-operator: invalid_client: client authentication failed');
    expect(stderr).toContain('holdfast audit show req-3');
    expect(platform.calls).toEqual([]);
  });
});

describe('each command', () => {
  it.each<[args: string[], request: string, body: unknown, answer: unknown]>([
    [
      ['partner', 'create', 'acme', '--name', 'Acme Ltd'],
      'POST /api/v1/partners',
      { id: 'acme', name: 'Acme Ltd' },
      PARTNER,
    ],
    [['partner', 'show', 'a/b'], 'GET /api/v1/partners/a%2Fb', undefined, PARTNER],
    [['partner', 'suspend', 'acme'], 'POST /api/v1/partners/acme/suspend', undefined, PARTNER],
    [['partner', 'resume', 'acme'], 'POST /api/v1/partners/acme/resume', undefined, PARTNER],
    [['partner', 'list'], 'GET /api/v1/partners?limit=200', undefined, { items: [PARTNER], next: null }],
    [
      ['anchor', 'list', '--partner', 'acme'],
      'GET /api/v1/anchors?partner=acme&limit=200',
      undefined,
      { items: [ANCHOR], next: null },
    ],
    [
      ['anchor', 'exception', 'acme-ca', '--server-auth-until', '2027-03-15'],
      'PATCH /api/v1/anchors/acme-ca',
      { server_auth_until: '2027-03-15T00:00:00.000Z' },
      ANCHOR,
    ],
    [
      ['anchor', 'exception', 'acme-ca', '--server-auth-until', '2027-03-15T12:00:00+02:00'],
      'PATCH /api/v1/anchors/acme-ca',
      { server_auth_until: '2027-03-15T10:00:00.000Z' },
      ANCHOR,
    ],
    [
      ['anchor', 'exception', 'acme-ca', '--end'],
      'PATCH /api/v1/anchors/acme-ca',
      { server_auth_until: null },
      ANCHOR,
    ],
    [
      [
        'client',
        'create',
        'acme-orders',
        '--partner',
        'acme',
        '--auth',
        'tls_client_auth',
        '--anchor',
        'acme-ca',
        '--subject-dn',
        'CN=orders',
      ],
      'POST /api/v1/clients',
      {
        id: 'acme-orders',
        partner: 'acme',
        token_endpoint_auth_method: 'tls_client_auth',
        anchor: 'acme-ca',
        tls_client_auth_subject_dn: 'CN=orders',
      },
      CLIENT,
    ],
    [
      [
        'client',
        'create',
        'acme-orders',
        '--partner',
        'acme',
        '--auth',
        'tls_client_auth',
        '--anchor',
        'acme-ca',
        '--san-dns',
        'o.example',
      ],
      'POST /api/v1/clients',
      {
        id: 'acme-orders',
        partner: 'acme',
        token_endpoint_auth_method: 'tls_client_auth',
        anchor: 'acme-ca',
        tls_client_auth_san_dns: 'o.example',
      },
      CLIENT,
    ],
    ...(
      [
        ['--san-uri', 'tls_client_auth_san_uri', 'spiffe://acme.example/orders'],
        ['--san-ip', 'tls_client_auth_san_ip', '2001:db8::7'],
        ['--san-email', 'tls_client_auth_san_email', 'orders@acme.example'],
      ] as const
    ).map(([option, field, name]): [string[], string, unknown, unknown] => [
      ['credential', 'add', '--client', 'acme-orders', '--anchor', 'acme-ca', option, name],
      'POST /api/v1/credentials',
      { client: 'acme-orders', anchor: 'acme-ca', [field]: name },
      CREDENTIAL,
    ]),
    [['client', 'list'], 'GET /api/v1/clients?limit=200', undefined, { items: [CLIENT], next: null }],
    [['client', 'suspend', 'acme-orders'], 'POST /api/v1/clients/acme-orders/suspend', undefined, CLIENT],
    [['client', 'resume', 'acme-orders'], 'POST /api/v1/clients/acme-orders/resume', undefined, CLIENT],
    [
      ['credential', 'add', '--client', 'acme-orders', '--anchor', 'acme-ca', '--subject-dn', 'CN=orders'],
      'POST /api/v1/credentials',
      { client: 'acme-orders', anchor: 'acme-ca', tls_client_auth_subject_dn: 'CN=orders' },
      CREDENTIAL,
    ],
    [
      ['credential', 'list', '--client', 'acme-orders'],
      'GET /api/v1/credentials?client=acme-orders&limit=200',
      undefined,
      { items: [CREDENTIAL], next: null },
    ],
    [['credential', 'retire', 'cred-1'], 'POST /api/v1/credentials/cred-1/retire', undefined, CREDENTIAL],
    [
      ['resource', 'create', 'https://api.acme.example', '--partner', 'acme', '--scope', 'a', '--scope', 'b'],
      'POST /api/v1/resources',
      { audience: 'https://api.acme.example', partner: 'acme', scopes: ['a', 'b'] },
      RESOURCE,
    ],
    [['resource', 'list'], 'GET /api/v1/resources?limit=200', undefined, { items: [RESOURCE], next: null }],
    [
      ['grant', 'add', '--client', 'beta-sync', '--resource', 'https://api.acme.example', '--scope', 'a'],
      'POST /api/v1/grants',
      { client: 'beta-sync', resource: 'https://api.acme.example', scopes: ['a'] },
      GRANT,
    ],
    [
      ['grant', 'list', '--client', 'b', '--resource', 'https://r'],
      'GET /api/v1/grants?client=b&resource=https%3A%2F%2Fr&limit=200',
      undefined,
      { items: [GRANT], next: null },
    ],
    [['grant', 'remove', 'grant-1'], 'DELETE /api/v1/grants/grant-1', undefined, GRANT],
    [
      ['audit', 'list', '--client', 'b', '--kind', 'k', '--limit', '3'],
      'GET /api/v1/audit?client=b&kind=k&limit=3',
      undefined,
      { items: [EVENT, EVENT, EVENT], next: 'x' },
    ],
    [
      ['audit', 'requests', '--client', 'b', '--outcome', 'refused', '--limit', '1'],
      'GET /api/v1/token-requests?client=b&outcome=refused&limit=1',
      undefined,
      { items: [REQUEST], next: 'x' },
    ],
    [
      ['audit', 'show', 'req-7'],
      'GET /api/v1/audit/requests/req-7',
      undefined,
      { items: [EVENT], next: null },
    ],
  ])('%j asks %s', async (args, request, body, answer) => {
    platform.answer(request, { body: answer });
    const { code, stdout, stderr } = await platform.run(...args, '-o', 'json');
    expect({ code, stderr: stderr.match(/^holdfast: .*/) }).toEqual({ code: 0, stderr: null });
    expect(platform.calls.map((call) => call.request)).toEqual([request]);
    expect(body === undefined ? platform.calls[0]!.body : JSON.parse(platform.calls[0]!.body)).toEqual(
      body ?? '',
    );
    const shown = (answer as { items?: unknown }).items ?? answer;
    expect(JSON.parse(stdout)).toEqual(shown);
  });

  it.each([
    [['anchor', 'add', 'acme-ca', '--partner', 'acme', '--file'], 'POST /api/v1/anchors', ANCHOR],
    [['credential', 'add', '--client', 'b', '--certificate'], 'POST /api/v1/credentials', CREDENTIAL],
    [
      [
        'client',
        'create',
        'b',
        '--partner',
        'beta',
        '--auth',
        'self_signed_tls_client_auth',
        '--certificate',
      ],
      'POST /api/v1/clients',
      CLIENT,
    ],
  ])('%j sends the certificate of the file, and nothing else of it', async (args, request, answer) => {
    platform.write('notes.pem', `Password: hunter2\n${pinned}more notes\n`);
    platform.answer(request, { status: 201, body: answer });
    expect(await platform.run(...args, 'notes.pem')).toMatchObject({ code: 0 });
    expect(JSON.parse(platform.calls[0]!.body)).toMatchObject({ certificate: pinned });
  });

  it('sends the certificate out of a PKCS#7 bundle (RFC 5652 §5)', async () => {
    const body = pinned.replaceAll(/-----[^-]+-----|\s/g, '');
    platform.write('pinned.p7b', bundleOf(Uint8Array.from(Buffer.from(body, 'base64'))));
    platform.answer('POST /api/v1/credentials', { status: 201, body: CREDENTIAL });
    const args = ['credential', 'add', '--client', 'b', '--certificate', 'pinned.p7b'];
    expect(await platform.run(...args)).toMatchObject({ code: 0 });
    expect(JSON.parse(platform.calls[0]!.body)).toMatchObject({ certificate: pinned });
  });

  it('sends the JWK Set of a file, and which of it counts (RFC 8705 §2.2)', async () => {
    const jwks = {
      keys: [
        { kty: 'EC', x5c: ['MIIB'] },
        { kty: 'RSA', x5c: ['MIIC'] },
      ],
    };
    platform.write('beta.jwks.json', JSON.stringify(jwks, null, 2));
    platform.answer('POST /api/v1/clients', { status: 201, body: CLIENT });
    const client = [
      'client',
      'create',
      'beta-sync',
      '--partner',
      'beta',
      '--auth',
      'self_signed_tls_client_auth',
    ];
    const pins = ['--jwks', 'beta.jwks.json', '--match', 'public-key'];
    expect(await platform.run(...client, ...pins)).toMatchObject({ code: 0 });
    expect(JSON.parse(platform.calls[0]!.body)).toEqual({
      id: 'beta-sync',
      partner: 'beta',
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks,
      match: 'public-key',
    });
  });

  it('sends the address of a key set, and names the option where that is refused (RFC 7591 §2)', async () => {
    const jwks_uri = 'https://keys.beta.example/jwks.json';
    const args = ['credential', 'add', '--client', 'beta-sync', '--jwks-uri', jwks_uri];
    const added = { kind: 'jwks_uri', id: 'cred_2', client: 'beta-sync', url: jwks_uri };
    platform.answer('POST /api/v1/credentials', { status: 201, body: added });
    expect(await platform.run(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining(jwks_uri) });
    expect(JSON.parse(platform.calls[0]!.body)).toEqual({ client: 'beta-sync', jwks_uri });
    const { stderr } = await platform.run(...args, '--match', 'public-key');
    expect(stderr).toMatch(/Give either --certificate or --jwks .*, or --jwks-uri/);
  });

  it('lists what was fetched', async () => {
    const set = {
      credential: 'cred_2',
      client: 'beta-sync',
      url: 'https://keys.beta.example/jwks.json',
      thumbprints: ['aaa', 'bbb'],
      fetched_at: '2026-06-01T12:00:00.000Z',
      fresh_until: '2026-06-04T12:00:00.000Z',
      last_error: 'timed_out',
      next_due: '2026-06-01T13:00:00.000Z',
    };
    platform.answer('GET /api/v1/key-sets?client=beta-sync&limit=200', {
      status: 200,
      body: { items: [set], next: null },
    });
    const { stdout } = await platform.run('credential', 'key-sets', '--client', 'beta-sync');
    for (const shown of ['aaa bbb', set.url, set.fresh_until, 'timed_out']) expect(stdout).toContain(shown);
  });

  it.each<[name: string, content: string, says: RegExp]>([
    ['with a private key', '{"keys":[{"kty":"EC","d":"c2VjcmV0"}]}', /--jwks: .*holds a private key/],
    ['with a part of one', '{"keys":[{"kty":"RSA","dp":"c2VjcmV0"}]}', /--jwks: .*holds a private key/],
    ['with one in escapes', '{"keys":[{"kty":"EC","\\u0064":"c2VjcmV0"}]}', /--jwks: .*holds a private key/],
    ['that is cut off', '{"keys":[{"kty":"EC"', /--jwks: .*line 1, column 21/],
    ['that is too large to be searched for one', `{"keys":[]}${' '.repeat(300_000)}`, /larger than/],
    ['that is one key', '{"kty":"EC","x5c":["MIIB"]}', /is not a JWK Set/],
    ['without keys', '{"keys":[]}', /is not a JWK Set/],
    ['that is no JSON', 'keys', /is not a JWK Set/],
  ])('does not send a JWK Set %s', async (_name, content, says) => {
    platform.write('keys.json', content);
    const { code, stderr } = await platform.run('credential', 'add', '--client', 'b', '--jwks', 'keys.json');
    expect({ code, seen: platform.seen }).toEqual({ code: 1, seen: [] });
    expect(stderr).toMatch(says);
    expect(stderr).toContain('Nothing was sent.');
    expect(stderr).not.toContain('c2VjcmV0');
  });

  it('shows a client with its credentials and grants', async () => {
    platform.answer('GET /api/v1/clients/acme-orders', { body: CLIENT });
    platform.answer('GET /api/v1/credentials?client=acme-orders&limit=200', {
      body: { items: [CREDENTIAL], next: null },
    });
    platform.answer('GET /api/v1/grants?client=acme-orders&limit=200', {
      body: { items: [GRANT], next: null },
    });
    const json = await platform.run('client', 'show', 'acme-orders', '-o', 'json');
    expect(JSON.parse(json.stdout)).toEqual({ ...CLIENT, credentials: [CREDENTIAL], grants: [GRANT] });
    const { stdout } = await platform.run('client', 'show', 'acme-orders');
    expect(stdout).toContain('Credentials: 1\n');
    expect(stdout).toMatch(/^grant-1 +beta-sync +https:\/\/api\.acme\.example +a$/m);
  });
});

describe('lists', () => {
  const other = { ...PARTNER, id: 'beta' };

  it('are followed page after page to the end', async () => {
    platform.answer('GET /api/v1/partners?limit=200', { body: { items: [PARTNER], next: 'acme' } });
    platform.answer('GET /api/v1/partners?limit=200&after=acme', { body: { items: [other], next: null } });
    const { stdout } = await platform.run('partner', 'list');
    expect(stdout).toBe('ID    NAME      STATUS\nacme  Acme Ltd  active\nbeta  Acme Ltd  active\n');
  });

  it('end at the limit that was asked for', async () => {
    platform.answer('GET /api/v1/audit?limit=2', { body: { items: [EVENT], next: 'x' } });
    platform.answer('GET /api/v1/audit?limit=1&after=x', { body: { items: [EVENT], next: 'y' } });
    const { code, stdout } = await platform.run('audit', 'list', '--limit', '2', '-o', 'json');
    expect({ code, length: JSON.parse(stdout).length }).toEqual({ code: 0, length: 2 });
  });

  it('say so when they are empty, and leave stdout to data', async () => {
    platform.answer('GET /api/v1/partners?limit=200', { body: { items: [], next: null } });
    expect(await platform.run('partner', 'list')).toEqual({ code: 0, stdout: '', stderr: 'No partners.\n' });
    expect(await platform.run('partner', 'list', '-o', 'json')).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: '',
    });
  });
});

describe('refusals of the admin API', () => {
  it.each<[status: number, problemCode: string, exit: number]>([
    [401, 'unauthenticated', 3],
    [403, 'forbidden', 3],
    [404, 'not_found', 4],
    [409, 'already_exists', 5],
    [409, 'a_code_of_tomorrow', 5],
    [422, 'invalid_input', 1],
    [500, 'internal_error', 1],
    [503, 'unavailable', 1],
  ])('%i %s is exit code %i', async (status, problemCode, exit) => {
    platform.answer('POST /api/v1/partners/acme/suspend', problem(status, problemCode, 'in words'));
    const { code, stdout, stderr } = await platform.run('partner', 'suspend', 'acme');
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(`holdfast: Title of ${problemCode}: in words\n`);
    expect(stderr).toContain(`Request: POST ${platform.url}/api/v1/partners/acme/suspend, id req-1\n`);
  });

  it('name every option that is wrong, one line each', async () => {
    const errors = [
      { pointer: '/tls_client_auth_subject_dn', code: 'malformed', detail: 'must be RFC 4514' },
      { pointer: '/anchor', code: 'missing', detail: 'is missing' },
      { pointer: '/scopes/1', code: 'x', detail: 'has a space' },
      { pointer: '', code: 'x', detail: 'does not fit' },
    ];
    platform.answer('POST /api/v1/credentials', problem(422, 'invalid_input', '4 problems', errors));
    const { code, stderr } = await platform.run(
      'credential',
      'add',
      '--client',
      'b',
      '--anchor',
      'a',
      '--subject-dn',
      'x',
    );
    expect(code).toBe(1);
    for (const line of [
      '--subject-dn: must be RFC 4514',
      '--anchor: is missing',
      '--scope: has a space',
      'does not fit',
    ]) {
      expect(stderr).toContain(`  ${line}\n`);
    }
  });

  it('call the certificate of an anchor --file', async () => {
    const errors = [{ pointer: '/certificate', code: 'issuer.not_ca', detail: 'is no authority' }];
    platform.write('ca-candidate.pem', pinned);
    platform.answer('POST /api/v1/anchors', problem(422, 'invalid_input', '1 problem', errors));
    const { stderr } = await platform.run(
      'anchor',
      'add',
      'a-ca',
      '--partner',
      'a',
      '--file',
      'ca-candidate.pem',
    );
    expect(stderr).toContain('  --file: is no authority\n');
  });

  it('say when to try again', async () => {
    const busy = problem(503, 'unavailable', 'nothing was confirmed');
    platform.answer('GET /api/v1/partners?limit=200', { ...busy, headers: { 'retry-after': '5' } });
    expect((await platform.run('partner', 'list')).stderr).toContain('Try again in 5 s.');
  });

  it('cannot steer the terminal', async () => {
    platform.answer('GET /api/v1/partners/acme', problem(404, 'not_found', 'red \u001b[31m text'));
    expect((await platform.run('partner', 'show', 'acme')).stderr).toContain('red \\u{1b}[31m text');
  });

  it.each<[name: string, status: number, body: unknown]>([
    ['HTML', 502, '<html>'],
    ['another shape', 200, { id: 1 }],
    ['nothing', 204, ''],
  ])('that are not of the admin API (%s) are exit code 1', async (_name, status, body) => {
    platform.answer('GET /api/v1/partners/acme', { status, body });
    const { code, stderr } = await platform.run('partner', 'show', 'acme');
    expect(code).toBe(1);
    expect(stderr).toContain(`is answered with ${status}, and not like the admin API`);
  });
});

describe('audit', () => {
  it('show is exit code 4 when nothing is recorded', async () => {
    platform.answer('GET /api/v1/audit/requests/none', { body: { items: [], next: null } });
    expect(await platform.run('audit', 'show', 'none')).toMatchObject({ code: 4, stdout: '' });
  });

  it('show prints the reason behind a refusal', async () => {
    platform.answer('GET /api/v1/audit/requests/req-7', { body: { items: [EVENT], next: null } });
    const { stdout } = await platform.run('audit', 'show', 'req-7');
    expect(stdout).toMatch(/^reason +issuer_unknown$/m);
    expect(stdout).toMatch(/^detail +\{"depth":1\}$/m);
  });

  it('verify is exit code 0 for an intact trail', async () => {
    platform.answer('GET /api/v1/audit/verify', {
      body: { intact: true, streams: 2, events: 9, faults: [] },
    });
    expect(await platform.run('audit', 'verify')).toEqual({
      code: 0,
      stdout: 'intact   yes\nstreams  2\nevents   9\n',
      stderr: '',
    });
  });

  it('verify is exit code 2 for a trail that was tampered with, and names where (AW-27)', async () => {
    const faults = [{ stream: 'token-1', seq: 7, fault: 'hash_mismatch' }];
    platform.answer('GET /api/v1/audit/verify', { body: { intact: false, streams: 2, events: 9, faults } });
    const { code, stdout, stderr } = await platform.run('audit', 'verify');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^token-1 +7 +hash_mismatch$/m);
    expect(stderr).toContain('not intact');
  });
});
