import type { ChildProcess } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { createSelfSigned } from '@holdfast/test-pki';
import { findFreePort, startServer, stopServer } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside } from '../harness/beside.js';
import { makeSelfSigned, thumbprintOf, validNow } from '../harness/identity.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import type { Dial, Identity } from '../harness/wire.js';
import { REAL_PROXIES, type RealProxy } from './real-proxies.js';

/** One of the proxies of examples/gateway: it forwards by itself, and asks the gateway about each request. */
interface AskingProxy {
  readonly real: RealProxy;
  /** `verify.style` of the gateway. */
  readonly style: 'nginx' | 'traefik';
  /** The file of the example, in the workspace. */
  readonly configuration: string;
  /** How the gateway knows it, in the workspace. */
  readonly proxiesFile: string;
  /** Where it listens in the example, and what takes its place. */
  readonly listens: readonly [text: string, at: (port: number) => string];
}

const real = (wanted: RealProxy['name']): RealProxy => REAL_PROXIES.find(({ name }) => name === wanted)!;

export const ASKING_PROXIES = {
  nginx: {
    real: real('nginx'),
    style: 'nginx',
    configuration: 'examples/gateway/nginx/api.conf',
    proxiesFile: 'examples/proxies/nginx/proxies.yaml',
    listens: ['listen 443 ssl', (port) => `listen 127.0.0.1:${port} ssl`],
  },
  caddy: {
    real: real('caddy'),
    style: 'traefik',
    configuration: 'examples/gateway/caddy/caddy.json',
    proxiesFile: 'examples/gateway/caddy/proxies.yaml',
    listens: ['":443"', (port) => `"127.0.0.1:${port}"`],
  },
} as const satisfies Readonly<Record<string, AskingProxy>>;

export type AskingProxyName = keyof typeof ASKING_PROXIES;

/** A gateway, and a proxy before an API that asks it about each request. */
export interface Asking {
  /** How a client reaches the proxy. */
  dial(identity: Identity | undefined): Dial;
  /** Stops the gateway alone: the proxy goes on. */
  stopGateway(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both: a gateway with this file, and the proxy, which forwards to an API on this machine. */
export async function startAsking(
  stack: StackUnderTest,
  name: AskingProxyName,
  gatewayYaml: string,
  apiPort: number,
): Promise<Asking> {
  const proxy: AskingProxy = ASKING_PROXIES[name];
  const directory = newDirectory(`asking-${name}`);
  const own = await makeSelfSigned(`CN=${name}`);
  const outside = await createSelfSigned({
    subject: 'CN=api.example.com',
    san: { dns: ['api.example.com'] },
    ...validNow(),
  });
  const write = (file: string, content: string): string => {
    writeFileSync(join(directory, file), content, { mode: 0o600 });
    return join(directory, file);
  };
  write('proxy.pem', own.pem);
  write('proxy.key', own.privateKeyPem);
  write('public.pem', outside.pem);
  write('public.key', outside.privateKeyPem);
  copyFileSync(stack.file.caFile, join(directory, 'holdfast-ca.pem'));
  const proxies = readFileSync(join(workspaceRoot, proxy.proxiesFile), 'utf8')
    .replace(/addresses: \[.*\]/, 'addresses: [127.0.0.1]')
    .replace('THUMBPRINT-OF-PROXY.PEM', thumbprintOf(own));
  const file = write('gateway.yaml', `${gatewayYaml}verify: { style: ${proxy.style} }\n`);
  const one = behindProxies(
    await beside(stack, 'gateway', { GATEWAY_FILE: file }),
    write('proxies.yaml', proxies),
  );
  const gateway = await AppProcess.start(one.application, directory);
  const { child, port } = await startProxy(proxy, directory, { gatewayPort: one.proxyPort, apiPort });
  return {
    dial: (identity) => ({
      url: `https://127.0.0.1:${port}`,
      ca: outside.pem,
      identity,
      tls: { servername: 'api.example.com' },
    }),
    stopGateway: () => gateway.stop(),
    stop: async () => {
      await stopServer(child);
      await gateway.stop();
    },
  };
}

/** The example with the places of this run; each that is missing in it is an error, or it would test something else. */
async function startProxy(
  { real: { program, around, args }, configuration, listens: [listening, at] }: AskingProxy,
  directory: string,
  { gatewayPort, apiPort }: { readonly gatewayPort: number; readonly apiPort: number },
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const port = await findFreePort();
  const places: Record<string, string> = {
    [listening]: at(port),
    '/etc/holdfast/proxy': directory,
    'gateway.internal:7432': `127.0.0.1:${gatewayPort}`,
    'api.internal:8080': `127.0.0.1:${apiPort}`,
    'gateway.internal': 'localhost',
  };
  let text = readFileSync(join(workspaceRoot, configuration), 'utf8');
  for (const [place, here] of Object.entries(places)) {
    if (!text.includes(place)) throw new Error(`${place} does not stand in ${configuration}`);
    text = text.replaceAll(place, here);
  }
  const example = join(directory, 'example.conf');
  writeFileSync(example, text);
  const file = around === undefined ? example : join(directory, 'around.conf');
  if (around !== undefined) writeFileSync(file, around({ directory, example, port }));
  const server = { program, args: args(file), env: { HOME: directory }, port };
  return { child: await startServer({ ...server, logFile: join(directory, 'output.log') }), port };
}
