import { describe, expect, it } from '@jest/globals';
import { issueLeaf, makeRoot, thumbprintOf, toIdentity } from '../harness/identity.js';
import { needsProgram, runProgram } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { demoClients, toOrders, toTokenEndpoint } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer } from '../harness/wire.js';

const stack = sharedStack();
const { acme, beta } = demoClients(stack);
const withCurl = needsProgram('curl');

const ask = (identity?: Identity, query = ''): Promise<WireAnswer> =>
  exchange(toTokenEndpoint(stack, identity), { target: `/diagnostics/mtls${query}` });

/** Everything but what is of one request only. */
const comparable = ({ status, json: { request_id: _, ...rest } }: WireAnswer) => ({ status, ...rest });

describe.each([
  ['the token service', toTokenEndpoint],
  ['the sample API', toOrders],
])('GET /diagnostics/mtls at %s', (_name, to) => {
  it('tells a stranger what certificate arrived, and that it is sound', async () => {
    const leaf = await issueLeaf(await makeRoot('CN=Nobody CA'), 'CN=nobody,O=Elsewhere');
    const answer = await exchange(to(stack, toIdentity(leaf)), { target: '/diagnostics/mtls' });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        presented: true,
        usable: true,
        'x5t#S256': thumbprintOf(leaf),
        tls: { version: 'TLSv1.3' },
        chain: [{ subject: 'CN=nobody,O=Elsewhere' }],
      },
    });
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  it('says that nothing arrived, and why that usually is', async () => {
    const { status, json } = await exchange(to(stack), { target: '/diagnostics/mtls' });
    expect({ status, json }).toMatchObject({ status: 200, json: { presented: false, chain: [] } });
    expect(String(json['hints'])).toContain('--cert');
  });

  it('answers in words where words are asked for', async () => {
    const headers = [['Accept', 'text/plain']] as const;
    const { text } = await exchange(to(stack, acme.identity), { target: '/diagnostics/mtls', headers });
    expect(text).toMatch(/^Your certificate arrived over this TLS connection\.\n/);
  });

  it('does not read what is posted to it', async () => {
    const answer = await exchange(to(stack), { method: 'POST', target: '/diagnostics/mtls' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('GET /diagnostics/mtls with client_id', () => {
  it('tells a client that the certificate is its own', async () => {
    for (const { clientId, identity } of [acme, beta])
      expect((await ask(identity, `?client_id=${clientId}`)).json['client']).toBe(clientId);
  });

  it.each<[string, () => readonly [Identity | undefined, string]]>([
    ['of another client', () => [acme.identity, beta.clientId]],
    ['that nobody has', () => [acme.identity, 'nobody-at-all']],
    ['that is none', () => [acme.identity, '%00']],
    ['twice', () => [acme.identity, `${acme.clientId}&client_id=${acme.clientId}`]],
    ['without a certificate', () => [undefined, acme.clientId]],
  ])('says nothing about one %s: the answer is that without it (RFC 6749 §5.2)', async (_name, make) => {
    const [identity, clientId] = make();
    const [plain, asked] = [await ask(identity), await ask(identity, `?client_id=${clientId}`)];
    expect(comparable(asked)).toEqual(comparable(plain));
  });
});

withCurl('curl reads it', async () => {
  const [client] = stack.file.demo;
  const { stdout, exitCode } = await runProgram('curl', [
    '--silent',
    ...['--cacert', stack.file.caFile],
    ...['--cert', client!.certificateFile, '--key', client!.privateKeyFile],
    ...['--header', 'Accept: text/plain'],
    `${new URL(stack.file.tokenEndpoint).origin}/diagnostics/mtls`,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('It is sound by itself.');
});
