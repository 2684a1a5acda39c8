import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { beside, type Beside } from '../../harness/beside.js';
import { startEchoApi, type EchoApi } from '../../harness/echo-api.js';
import { newDirectory } from '../../harness/run-directory.js';
import { runProgram } from '../../harness/run-program.js';
import { Wire } from '../../harness/wire.js';
import type { AttackCase } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';

const EX_CONFIG = 78;
const ROUNDS = 1_000;

/** §3.7 of the catalogue: where the gateway can be made to call, for keys and for APIs. */
export const GATEWAY_UPSTREAMS: readonly AttackCase[] = [
  {
    id: 'TV-33',
    title: 'does not start with keys from an http: address',
    source: 'ASVS 12.3.1',
    check: async (world) => {
      const { application } = await beside(world.stack, 'gateway');
      const files = [
        'http://as.example/jwks',
        'HTTP://127.0.0.1/jwks',
        'ftp://as.example/jwks',
        '//as.example',
      ].map((jwksUri) => fileWith({ keys: { jwksUri } }));
      return startsWith(application, files, 'tokens.issuers.0.keys');
    },
  },
  {
    id: 'SS-20',
    title: 'does not start a gateway before a link-local or metadata address, nor before itself',
    source: 'OWASP API7',
    check: async (world) => {
      const { application, port } = await beside(world.stack, 'gateway');
      const urls = [
        'http://169.254.169.254/',
        'http://[fe80::1]/',
        'http://[::ffff:169.254.169.254]/',
        'http://0.0.0.0:8080/',
        'http://2852039166/',
        `https://localhost:${port}/`,
        `http://127.0.0.1:${application.managementPort}/`,
      ];
      const files = urls.map((url) => fileWith({ upstreams: { one: { url } } }));
      return startsWith(application, files, 'upstreams.one.url');
    },
  },
  {
    id: 'SS-21',
    title: 'sends each call to the upstream of its own route, however alike their paths are',
    source: 'GHSA-v574-6498-x57v; GHSA-2q7r-29rg-6m5h',
    check: async (world) => {
      const apis = [await startEchoApi(), await startEchoApi()] as const;
      try {
        return await mixUps(world, apis);
      } finally {
        for (const api of apis) api.stop();
      }
    },
  },
];

/** Calls whose paths differ by one slash, alternately on one connection; an upstream has no path that could be joined with them. */
async function mixUps(world: AttackWorld, apis: readonly [EchoApi, EchoApi]): Promise<readonly string[]> {
  const [first, second] = apis.map(({ port }) => ({ url: `http://127.0.0.1:${port}` })) as [object, object];
  const routes = [
    { path: '/a/**', methods: ['GET'], scopes: 'public', upstream: 'first' },
    { path: '/a.b/**', methods: ['GET'], scopes: 'public', upstream: 'second' },
  ];
  const file = fileWith({ upstreams: { first, second }, routes });
  const { url } = await world.run(await beside(world.stack, 'gateway', { GATEWAY_FILE: file }));
  const wire = await Wire.dial({ url, ca: world.stack.ca });
  const violations: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [target, api] = round % 2 === 0 ? [`/a/.b/${round}`, apis[0]] : [`/a.b/${round}`, apis[1]];
    const { status } = await wire.send({ target });
    if (status !== 200 || api.seen.at(-1)?.url !== target)
      violations.push(`${target} was answered ${status}`);
  }
  wire.close();
  return violations;
}

/** The files with which a gateway starts nevertheless, or does not say which member is wrong. */
async function startsWith(
  { script, env }: Beside['application'],
  files: readonly string[],
  member: string,
): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const file of files) {
    const args = [join(workspaceRoot, script)];
    const { exitCode, stderr } = await runProgram(process.execPath, args, {
      env: { ...env, GATEWAY_FILE: file },
    });
    if (exitCode !== EX_CONFIG || !stderr.includes(member))
      violations.push(`${readFileSync(file, 'utf8')}: ${exitCode} ${stderr}`);
  }
  return violations;
}

interface FileChanges {
  readonly keys?: object;
  readonly upstreams?: object;
  readonly routes?: readonly object[];
}

/** A gateway file that is right but for these. */
function fileWith({ keys = { jwks: { keys: [] } }, upstreams, routes }: FileChanges): string {
  const file = join(newDirectory('upstreams'), 'gateway.json');
  const every = { path: '/**', methods: 'any', scopes: 'public', upstream: 'one' };
  const content = {
    tokens: { issuers: [{ issuer: 'https://as.example', audience: 'https://api.example', keys }] },
    upstreams: upstreams ?? { one: { url: 'http://127.0.0.1:8080' } },
    routes: routes ?? [every],
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}
