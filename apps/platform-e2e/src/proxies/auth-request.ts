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
import { REAL_PROXIES } from './real-proxies.js';

export const NGINX = REAL_PROXIES.find(({ name }) => name === 'nginx')!;

/** nginx with the configuration of examples/gateway/nginx, which asks a gateway about each request. */
export interface AuthRequest {
  /** How a client reaches nginx. */
  dial(identity: Identity | undefined): Dial;
  stop(): Promise<void>;
}

/** Starts both: a gateway with this file, and nginx, which forwards to an API on this machine. */
export async function startAuthRequest(
  stack: StackUnderTest,
  gatewayYaml: string,
  apiPort: number,
): Promise<AuthRequest> {
  const directory = newDirectory('auth-request');
  const own = await makeSelfSigned('CN=nginx');
  const outside = await createSelfSigned({
    subject: 'CN=api.example.com',
    san: { dns: ['api.example.com'] },
    ...validNow(),
  });
  const write = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  write('proxy.pem', own.pem);
  write('proxy.key', own.privateKeyPem);
  write('public.pem', outside.pem);
  write('public.key', outside.privateKeyPem);
  copyFileSync(stack.file.caFile, join(directory, 'holdfast-ca.pem'));
  const proxies = readFileSync(join(workspaceRoot, 'examples/proxies/nginx/proxies.yaml'), 'utf8')
    .replace(/addresses: \[.*\]/, 'addresses: [127.0.0.1]')
    .replace('THUMBPRINT-OF-PROXY.PEM', thumbprintOf(own));
  const file = write('gateway.yaml', `${gatewayYaml}verify: { style: nginx }\n`);
  const one = behindProxies(
    await beside(stack, 'gateway', { GATEWAY_FILE: file }),
    write('proxies.yaml', proxies),
  );
  const gateway = await AppProcess.start(one.application, directory);
  const nginx = await startNginx(directory, { gatewayPort: one.proxyPort, apiPort });
  return {
    dial: (identity) => ({
      url: `https://127.0.0.1:${nginx.port}`,
      ca: outside.pem,
      identity,
      tls: { servername: 'api.example.com' },
    }),
    stop: async () => {
      await stopServer(nginx.child);
      await gateway.stop();
    },
  };
}

/** The example with the places of this run; each that is missing in it is an error, or it would test something else. */
async function startNginx(
  directory: string,
  { gatewayPort, apiPort }: { readonly gatewayPort: number; readonly apiPort: number },
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const port = await findFreePort();
  const places: Record<string, string> = {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/holdfast/proxy': directory,
    'gateway.internal:7432': `127.0.0.1:${gatewayPort}`,
    'api.internal:8080': `127.0.0.1:${apiPort}`,
    'gateway.internal': 'localhost',
  };
  let text = readFileSync(join(workspaceRoot, 'examples/gateway/nginx/api.conf'), 'utf8');
  for (const [place, here] of Object.entries(places)) {
    if (!text.includes(place)) throw new Error(`${place} does not stand in the example of nginx`);
    text = text.replaceAll(place, here);
  }
  const example = join(directory, 'api.conf');
  writeFileSync(example, text);
  const conf = join(directory, 'nginx.conf');
  writeFileSync(conf, NGINX.around!({ directory, example, port }));
  const logFile = join(directory, 'output.log');
  return { child: await startServer({ program: 'nginx', args: NGINX.args(conf), port, logFile }), port };
}
