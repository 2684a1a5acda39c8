import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get, LIBRARY_NODE, makeApiWorld, type ApiWorld } from './testing/api-world.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PUBLISHED = ['@holdfast/resource-guard', '@holdfast/partner-client'];
const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'holdfast-packed-'));
const TWO_MINUTES = 120_000;

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: readonly Packed[];
let world: ApiWorld;

/** A package and all it needs at run time; what is optional for it is not installed. */
function closureOf(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found;
  found.add(name);
  const file = join(ROOT, 'node_modules', name, 'package.json');
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: object };
  for (const dependency of Object.keys(dependencies)) closureOf(dependency, found);
  return found;
}

/** Everything comes from tarballs: nothing is fetched from a registry, and nothing from this workspace is linked. */
beforeAll(async () => {
  world = await makeApiWorld();
  const found = new Set<string>();
  for (const name of PUBLISHED) closureOf(name, found);
  const folders = [...found].map((name) => join(ROOT, 'node_modules', name));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project, ...folders];
  const { stdout } = await run('npm', pack, { cwd: ROOT, maxBuffer: 64 * 1_024 * 1_024 });
  const listed = JSON.parse(stdout) as readonly Packed[] | Readonly<Record<string, Packed>>;
  packed = Object.values(listed);
  const dependencies = Object.fromEntries(packed.map(({ name, filename }) => [name, `file:./${filename}`]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty', version: '1.0.0', type: 'module', dependencies }),
  );
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: project });
}, TWO_MINUTES);

afterAll(async () => {
  await world.stop();
  rmSync(project, { recursive: true });
});

describe('the packed libraries, installed in an empty project', () => {
  it('carry built code with types and a README, and no sources, tests or build records', () => {
    const own = packed.filter(({ name }) => name.startsWith('@holdfast/'));
    const paths = own.flatMap(({ name, files }) => files.map(({ path }) => `${name}/${path}`));
    expect(paths.filter((path) => !/\/(package\.json|README\.md|dist\/.*\.(js|d\.ts))$/.test(path))).toEqual(
      [],
    );
    expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([]);
    for (const name of ['cnf-token-verification', 'resource-guard', 'partner-client'])
      expect(paths).toContain(`@holdfast/${name}/README.md`);
  });

  it('are there as copies, with nothing of the workspace behind them', () => {
    const installed = readdirSync(join(project, 'node_modules', '@holdfast'), { withFileTypes: true });
    expect(installed.filter((entry) => entry.isSymbolicLink())).toEqual([]);
    expect(installed.length).toBe(packed.filter(({ name }) => name.startsWith('@holdfast/')).length);
  });

  it('protect an API: the token of one certificate is refused over another (RFC 8705 §3; TV-16)', async () => {
    const example = join(ROOT, 'examples', 'resource-servers', 'node-http', 'server.mjs');
    copyFileSync(example, join(project, 'server.mjs'));
    const api = await world.start('server.mjs', project);
    const token = await world.token('orders:read');
    expect(await get(`${api}/orders`, { certificate: world.own, token })).toMatchObject({
      status: 200,
      body: { client: 'acme-orders' },
    });
    expect(await get(`${api}/orders`, { certificate: world.stranger, token })).toMatchObject({ status: 401 });
  });

  it('call an API with the example of the README of partner-client', async () => {
    const readme = readFileSync(join(ROOT, 'libs', 'partner-client', 'README.md'), 'utf8');
    const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    copyFileSync(
      join(ROOT, 'examples', 'resource-servers', 'node-http', 'server.mjs'),
      join(project, 'api.mjs'),
    );
    const api = await world.start('api.mjs', project);
    const { pem, privateKeyPem } = world.own;
    writeFileSync(join(project, 'client.pem'), pem);
    writeFileSync(join(project, 'client.key.pem'), privateKeyPem, { mode: 0o600 });
    copyFileSync(world.caFile, join(project, 'ca.pem'));
    writeFileSync(
      join(project, 'call.mjs'),
      example
        .replace('https://mtls.token.example/token', world.tokenEndpoint)
        .replaceAll('https://api.example', api),
    );
    const { stdout } = await run(LIBRARY_NODE, ['call.mjs'], { cwd: project });
    expect(stdout).toBe('200 {"client":"acme-orders"}\n');
  });

  it('can be loaded by CommonJS, and without any framework', async () => {
    const names = [
      'cnf-token-verification',
      'partner-client',
      ...['', '/node-http', '/express', '/fastify'].map((end) => `resource-guard${end}`),
    ];
    const script = names.map((name) => `require('@holdfast/${name}')`).join(';');
    await expect(
      run(LIBRARY_NODE, ['--input-type=commonjs', '-e', script], { cwd: project }),
    ).resolves.toBeDefined();
  });

  it('have no entrance but those they name', async () => {
    const script = `import('@holdfast/resource-guard/dist/index.js')`;
    await expect(run(LIBRARY_NODE, ['-e', script], { cwd: project })).rejects.toThrow(
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    );
  });

  it(
    'have types that a strict project compiles against',
    async () => {
      writeFileSync(
        join(project, 'use.ts'),
        `import { createTokenVerifier } from '@holdfast/cnf-token-verification';
       import { createPartnerClient } from '@holdfast/partner-client';
       import { systemPorts } from '@holdfast/resource-guard';
       import { boundToken } from '@holdfast/resource-guard/node-http';
       const issuers = [{ issuer: 'a', audience: 'b', keys: { jwksUri: 'https://a/jwks' } }];
       const verifier = createTokenVerifier({ issuers, binding: 'optional' }, systemPorts());
       boundToken({ verifier }, () => ({ public: true }), (_request, response, access) => {
         response.end(access?.clientId satisfies string | undefined);
       });
       const pem = { certificate: 'a', privateKey: 'b' };
       const client = createPartnerClient({ tokenEndpoint: 'https://a/token', clientId: 'c', ...pem });
       client.fetch('https://a/b', { method: 'POST' }).then(({ status }: { status: number }) => status);
       // @ts-expect-error a misspelt binding does not compile
       createTokenVerifier({ issuers, binding: 'maybe' }, systemPorts());`,
      );
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const types = join(ROOT, 'node_modules', '@types');
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2023',
        '--module',
        'nodenext',
        '--types',
        'node',
        '--typeRoots',
        types,
      ];
      await expect(
        run(process.execPath, [tsc, ...options, 'use.ts'], { cwd: project }),
      ).resolves.toBeDefined();
    },
    TWO_MINUTES,
  );
});
