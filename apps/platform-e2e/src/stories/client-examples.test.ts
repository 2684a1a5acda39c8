import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { workspaceRoot, type CertificateFiles } from '@holdfast/stack';
import { createAuthority, type Authority } from '@holdfast/test-pki';
import { findFreePort } from '@holdfast/test-server';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { makeSelfSigned, toIdentity, validNow, writeIdentity } from '../harness/identity.js';

const TWO_MINUTES = 120_000;
const EXAMPLES = join(workspaceRoot, 'examples', 'clients');
const NOT_RUN = ['dotnet'];
/** Mono sends HttpClient's certificate to no server and does not compare names: README.md of the examples. */
const IN_PART = ['dotnet-framework'];

const stack = sharedStack();
const acme = stack.file.demo[0]!;
const directory = newDirectory('client-examples');

/** As README.md of the examples has it, but for the place of the program. */
const MONO = 'mcs -out:"$EXE" -r:System.Net.Http.dll Program.cs && mono "$EXE"';

/** What is started in the folder of an example, and the programs that it takes. */
const COMMANDS: Readonly<
  Record<string, readonly [program: string, args: readonly string[], ...also: string[]]>
> = {
  curl: ['sh', ['call.sh'], 'curl'],
  node: [process.execPath, ['call.mjs']],
  'node-openid-client': [process.execPath, ['call.mjs']],
  python: ['python3', ['call.py']],
  java: ['java', ['Main.java'], 'openssl'],
  go: ['go', ['run', 'main.go']],
  ruby: ['ruby', ['call.rb']],
  'dotnet-framework': ['sh', ['-c', MONO], 'mcs', 'mono', 'openssl'],
};

/** What openssl is told beside, for those that take PKCS#12: Mono, and Windows before 2018, read it no newer. */
const PKCS12_OPTIONS: Readonly<Record<string, string>> = {
  java: '',
  'dotnet-framework': '-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1',
};
const P12_PASSWORD = 'changeit';

const settings = (files: CertificateFiles) => ({
  ISSUER: stack.file.issuer,
  TOKEN_ENDPOINT: stack.file.tokenEndpoint,
  CLIENT_ID: acme.clientId,
  CERT: files.certificateFile,
  KEY: files.privateKeyFile,
  CA: stack.file.caFile,
  RESOURCE: stack.orders,
  P12: join(directory, 'client.p12'),
  P12_PASSWORD,
  EXE: join(directory, 'call.exe'),
  GOCACHE: join(directory, 'go'),
  // Nothing is fetched.
  GOPROXY: 'off',
});

/** What Mono can verify a path of. */
const RSA = { keyAlgorithm: 'RSA-2048' } as const;

let own: Authority;
let foreign: Authority;
beforeAll(async () => {
  own = await createAuthority({ subject: 'CN=servers', ...RSA, ...validNow() });
  foreign = await createAuthority({ subject: 'CN=other servers', ...RSA, ...validNow() });
});

describe('the examples for partners, in examples/clients', () => {
  test('are all run, but for those that say that they are not', () => {
    const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...Object.keys(COMMANDS), ...NOT_RUN].sort());
  });

  describe.each(Object.entries(COMMANDS))('%s', (name, [program, args, ...also]) => {
    const withPrograms = needsPrograms([program, ...also]);
    const call = (files: CertificateFiles, others: Readonly<Record<string, string>> = {}) =>
      runProgram(program, args, { cwd: join(EXAMPLES, name), env: { ...settings(files), ...others } });
    const pkcs12Options = PKCS12_OPTIONS[name];
    const prepare = (files: CertificateFiles) =>
      pkcs12Options === undefined ? undefined : toPkcs12(files, pkcs12Options.split(' ').filter(Boolean));
    /** How it ends before a server on localhost whose chain ends in `issuer`, told to trust `own` alone, and the requests that arrive there. */
    const callServer = async (issuer: Authority, host: string) => {
      await prepare(acme);
      const CA = join(directory, 'ca.pem');
      writeFileSync(CA, own.pem);
      const listener = await listen(issuer, host);
      const { url } = listener;
      const places = { CA, ISSUER: url, TOKEN_ENDPOINT: `${url}/token`, RESOURCE: url };
      const { exitCode } = await call(acme, places).finally(listener.stop);
      return { exitCode, seen: listener.seen };
    };

    withPrograms(
      'follows no redirect with the token',
      async () => {
        const { seen } = await callServer(own, 'localhost');
        expect(seen).toContain('POST /token');
        expect(seen.at(-1)).toBe('GET /orders');
      },
      TWO_MINUTES,
    );

    withPrograms(
      'asks no server of another authority (RFC 6749 §10.9)',
      async () => {
        const { exitCode, seen } = await callServer(foreign, 'localhost');
        expect(exitCode).not.toBe(0);
        expect(seen).toEqual([]);
      },
      TWO_MINUTES,
    );

    if (IN_PART.includes(name)) return;

    withPrograms(
      'asks no server of another name (RFC 6749 §10.9)',
      async () => {
        const { exitCode, seen } = await callServer(own, 'other.example');
        expect(exitCode).not.toBe(0);
        expect(seen).toEqual([]);
      },
      TWO_MINUTES,
    );

    withPrograms(
      'gets a token by mutual TLS and reads orders with it (RFC 8705 §2, §3)',
      async () => {
        await prepare(acme);
        const { exitCode, stdout, stderr } = await call(acme);
        if (exitCode !== 0) throw new Error(stdout + stderr);
        expect(JSON.parse(stdout)).toMatchObject({ orders: expect.any(Array) });
      },
      TWO_MINUTES,
    );

    withPrograms(
      'fails with the answer of the service when the certificate is not the registered one (RFC 6749 §5.2)',
      async () => {
        const files = { ...acme, ...writeIdentity(toIdentity(await makeSelfSigned('CN=stranger'))) };
        await prepare(files);
        const { exitCode, stdout, stderr } = await call(files);
        expect(exitCode).not.toBe(0);
        expect(stdout + stderr).toContain('invalid_client');
      },
      TWO_MINUTES,
    );
  });
});

/** A server on localhost that sends its whole chain: it gives tokens, and sends whoever comes with one elsewhere. */
async function listen(issuer: Authority, host: string) {
  const seen: string[] = [];
  const names = { subject: `CN=${host}`, san: { dns: [host] } };
  const leaf = await issuer.issue({ ...names, extendedKeyUsage: ['serverAuth'], ...RSA, ...validNow() });
  const server = createServer({
    ...{ cert: leaf.pem + issuer.pem, key: leaf.privateKeyPem },
    ...{ requestCert: true, rejectUnauthorized: false },
  });
  const port = await findFreePort();
  const url = `https://localhost:${port}`;
  server.on('request', ({ method, url: path }, response) => {
    seen.push(`${method} ${path}`);
    response.setHeader('content-type', 'application/json').setHeader('connection', 'close');
    if (path === '/orders') response.writeHead(307, { location: `${url}/elsewhere` }).end('{}');
    else if (path === '/token') response.end('{"access_token":"made","token_type":"Bearer","expires_in":60}');
    else response.end(JSON.stringify({ issuer: url, token_endpoint: `${url}/token` }));
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return { url, seen, stop: () => void server.close() };
}

/** As README.md of the examples has it. */
async function toPkcs12(
  { certificateFile, privateKeyFile }: CertificateFiles,
  options: readonly string[],
): Promise<void> {
  const files = ['-in', certificateFile, '-inkey', privateKeyFile, '-out', join(directory, 'client.p12')];
  const { exitCode, stderr } = await runProgram(
    'openssl',
    ['pkcs12', '-export', ...files, ...options, '-passout', 'env:P12_PASSWORD'],
    { env: { P12_PASSWORD } },
  );
  if (exitCode !== 0) throw new Error(stderr);
}
