import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { makeSelfSigned, toIdentity, writeIdentity } from '../harness/identity.js';

const TWO_MINUTES = 120_000;
const EXAMPLES = join(workspaceRoot, 'examples', 'clients');
const NOT_RUN = ['dotnet'];

const stack = sharedStack();
const acme = stack.file.demo[0]!;
const directory = newDirectory('client-examples');

/** What is started in the folder of an example, and the programs that it takes. */
const COMMANDS: Readonly<Record<string, readonly [program: string, args: readonly string[], also?: string]>> =
  {
    curl: ['sh', ['call.sh'], 'curl'],
    node: [process.execPath, ['call.mjs']],
    'node-openid-client': [process.execPath, ['call.mjs']],
    python: ['python3', ['call.py']],
    java: ['java', ['Main.java'], 'openssl'],
    go: ['go', ['run', 'main.go']],
    ruby: ['ruby', ['call.rb']],
  };

const P12_PASSWORD = 'changeit';

const settings = (files: { certificateFile: string; privateKeyFile: string }) => ({
  ISSUER: stack.file.issuer,
  TOKEN_ENDPOINT: stack.file.tokenEndpoint,
  CLIENT_ID: acme.clientId,
  CERT: files.certificateFile,
  KEY: files.privateKeyFile,
  CA: stack.file.caFile,
  RESOURCE: stack.orders,
  P12: join(directory, 'client.p12'),
  P12_PASSWORD,
  GOCACHE: join(directory, 'go'),
  // Nothing is fetched.
  GOPROXY: 'off',
});

describe('the examples for partners, in examples/clients', () => {
  test('are all run, but for those that say that they are not', () => {
    const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...Object.keys(COMMANDS), ...NOT_RUN].sort());
  });

  describe.each(Object.entries(COMMANDS))('%s', (name, [program, args, also = program]) => {
    const withPrograms = needsPrograms([program, also]);
    const call = (files: typeof acme) =>
      runProgram(program, args, { cwd: join(EXAMPLES, name), env: settings(files) });
    const prepare = (files: typeof acme) => (name === 'java' ? toPkcs12(files) : undefined);

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

/** As README.md of the examples has it. */
async function toPkcs12({ certificateFile, privateKeyFile }: typeof acme): Promise<void> {
  const files = ['-in', certificateFile, '-inkey', privateKeyFile, '-out', join(directory, 'client.p12')];
  const { exitCode, stderr } = await runProgram(
    'openssl',
    ['pkcs12', '-export', ...files, '-passout', 'env:P12_PASSWORD'],
    { env: { P12_PASSWORD } },
  );
  if (exitCode !== 0) throw new Error(stderr);
}
