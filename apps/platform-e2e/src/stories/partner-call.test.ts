import { describe, expect, it } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Agent, fetch } from 'undici';
import { writeIdentity } from '../harness/identity.js';
import { needsProgram, runProgram } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, demoClients } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';

const stack = sharedStack();
const { acme, beta } = demoClients(stack);
const { issuer, tokenEndpoint, caFile } = stack.file;
const resource = stack.orders;

/** What both libraries want for mutual TLS: a fetch that presents the certificate (their documentation of `customFetch`). */
function mutualTlsFetch({ certificate, privateKey }: typeof acme.identity): typeof globalThis.fetch {
  const dispatcher = new Agent({ connect: { cert: certificate, key: privateKey, ca: stack.ca } });
  const presenting: typeof fetch = (input, init) => fetch(input, { ...init, dispatcher });
  return presenting as unknown as typeof globalThis.fetch;
}

function expectBoundToken(token: string, clientId: string, partner: string): void {
  expect(claimsOf(token)).toMatchObject({
    iss: issuer,
    aud: resource,
    sub: clientId,
    client_id: clientId,
    partner,
    cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) },
  });
}

describe('a partner call with clients that are not ours', () => {
  it('serves oauth4webapi from discovery to orders (RFC 8414 §3, RFC 8705 §2.1, §5)', async () => {
    const options = { [oauth.customFetch]: mutualTlsFetch(acme.identity) };
    const as = await oauth.processDiscoveryResponse(
      new URL(issuer),
      await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...options }),
    );
    expect(as.mtls_endpoint_aliases).toMatchObject({ token_endpoint: tokenEndpoint });
    const client = { client_id: acme.clientId, use_mtls_endpoint_aliases: true };
    const answer = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.TlsClientAuth(),
      { resource },
      options,
    );
    const { access_token: token, token_type: type } = await oauth.processClientCredentialsResponse(
      as,
      client,
      answer,
    );
    expect(type).toBe('bearer');
    expectBoundToken(token, acme.clientId, 'acme');
    const orders = await oauth.protectedResourceRequest(
      token,
      'GET',
      new URL(`${resource}/orders`),
      undefined,
      null,
      options,
    );
    expect(orders.status).toBe(200);
    expect(await orders.json()).toMatchObject({ orders: expect.any(Array) });
  });

  it('serves openid-client with a pinned certificate (RFC 8705 §2.2)', async () => {
    const config = await openid.discovery(
      new URL(issuer),
      beta.clientId,
      { use_mtls_endpoint_aliases: true },
      openid.TlsClientAuth(),
      { algorithm: 'oauth2', [openid.customFetch]: mutualTlsFetch(beta.identity) },
    );
    const { access_token: token } = await openid.clientCredentialsGrant(config, { scope: 'orders:read' });
    expectBoundToken(token, beta.clientId, 'beta');
    expect(claimsOf(token)).toMatchObject({ scope: 'orders:read' });
    const orders = await openid.fetchProtectedResource(config, token, new URL(`${resource}/orders`), 'GET');
    expect(orders.status).toBe(200);
  });

  it('serves openid-client: introspects and revokes its own token (RFC 7662, RFC 7009)', async () => {
    const config = await openid.discovery(
      new URL(issuer),
      beta.clientId,
      { use_mtls_endpoint_aliases: true },
      openid.TlsClientAuth(),
      { algorithm: 'oauth2', [openid.customFetch]: mutualTlsFetch(beta.identity) },
    );
    const { access_token: token } = await openid.clientCredentialsGrant(config, { scope: 'orders:read' });
    expect(await openid.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      client_id: beta.clientId,
      cnf: claimsOf(token)['cnf'],
    });
    await openid.tokenRevocation(config, token);
    await within(1_000, async () => !(await openid.tokenIntrospection(config, token)).active);
  });

  needsProgram('curl')('serves curl, as the README writes it (RFC 6749 §4.4)', async () => {
    const { certificateFile, privateKeyFile } = stack.file.demo[0]!;
    const tls = ['--silent', '--cert', certificateFile, '--key', privateKeyFile, '--cacert', caFile];
    const form = ['-d', 'grant_type=client_credentials', '-d', `client_id=${acme.clientId}`];
    const answer = await runProgram('curl', [...tls, ...form, tokenEndpoint]);
    const { access_token: token } = JSON.parse(answer.stdout) as { access_token: string };
    expectBoundToken(token, acme.clientId, 'acme');
    const call = await runProgram('curl', [
      ...tls,
      '--write-out',
      '\n%{http_code}',
      '-H',
      `Authorization: Bearer ${token}`,
      `${resource}/orders`,
    ]);
    expect(call.stdout.split('\n').at(-1)).toBe('200');
  });

  needsProgram('openssl')('serves HTTP typed into openssl s_client (RFC 9112)', async () => {
    const files = writeIdentity(acme.identity);
    const speak = async (url: string, request: string): Promise<string> => {
      const { host, hostname } = new URL(url);
      const { stdout } = await runProgram(
        'openssl',
        [
          ...['s_client', '-quiet', '-verify_return_error', '-connect', host, '-servername', hostname],
          ...['-CAfile', caFile, '-cert', files.certificateFile, '-cert_chain', files.certificateFile],
          ...['-key', files.privateKeyFile],
        ],
        { stdin: request },
      );
      return stdout;
    };
    const body = `grant_type=client_credentials&client_id=${acme.clientId}`;
    const issued = await speak(
      tokenEndpoint,
      `POST /token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(issued).toMatch(/^HTTP\/1\.1 200 /);
    const { access_token: token } = JSON.parse(issued.slice(issued.indexOf('{'))) as { access_token: string };
    expectBoundToken(token, acme.clientId, 'acme');
    const orders = await speak(
      resource,
      `GET /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    expect(orders).toMatch(/^HTTP\/1\.1 200 /);
  });
});
