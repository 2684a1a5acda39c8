import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { workspaceRoot } from '@holdfast/stack';
import type { Authority, IssuedCertificate } from '@holdfast/test-pki';
import { findFreePort, startServer, stopServer } from '@holdfast/test-server';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside, type BesideProxies } from '../harness/beside.js';
import { issueLeaf, makeRoot, makeSelfSigned, thumbprintOf, validNow } from '../harness/identity.js';
import { newDirectory } from '../harness/run-directory.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import type { Dial, Identity } from '../harness/wire.js';
import { REAL_PROXIES, type RealProxy } from './real-proxies.js';

/** The two names under which partners reach a proxy of the examples. */
export const HOSTS = { token: 'auth.example.com', orders: 'api.example.com' } as const;
export type Host = keyof typeof HOSTS;

interface Credentials {
  readonly leaf: IssuedCertificate;
  readonly password: string;
}

/**
 * A token service and a resource server with a listener for proxies, and the real proxies of examples/proxies before
 * them: their configurations as they stand there, with other paths, ports and names.
 */
export class ProxyStand {
  readonly #running = new Map<string, { readonly child: ChildProcess; readonly port: number }>();
  readonly #apps: AppProcess[] = [];

  private constructor(
    private readonly stack: StackUnderTest,
    private readonly credentials: ReadonlyMap<string, Credentials>,
    private readonly publicRoot: Authority,
    private readonly publicLeaf: IssuedCertificate,
    readonly token: BesideProxies,
    readonly orders: BesideProxies,
  ) {}

  static async start(stack: StackUnderTest): Promise<ProxyStand> {
    const directory = newDirectory('proxies');
    const root = await makeRoot('CN=proxies');
    writeFileSync(join(directory, 'proxy-ca.pem'), root.pem);
    const credentials = new Map<string, Credentials>();
    const entries: string[] = [];
    for (const { name } of REAL_PROXIES) {
      // The authority in HAProxy's entry issues to HAProxy alone: whatever it issued is HAProxy.
      const leaf = await (name === 'haproxy' ? issueLeaf(root, `CN=${name}`) : makeSelfSigned(`CN=${name}`));
      const one = { leaf, password: randomBytes(24).toString('hex') };
      credentials.set(name, one);
      writeFileSync(join(directory, `${name}.password`), one.password, { mode: 0o600 });
      const example = readFileSync(join(examples(name), 'proxies.yaml'), 'utf8');
      entries.push(
        example
          .replace(/^proxies:\n/, '')
          .replace(/addresses: \[.*\]/, 'addresses: [127.0.0.1]')
          .replace('THUMBPRINT-OF-PROXY.PEM', thumbprintOf(one.leaf)),
      );
    }
    const file = join(directory, 'proxies.yaml');
    writeFileSync(file, `proxies:\n${entries.join('')}`);
    const publicRoot = await makeRoot('CN=public');
    const publicLeaf = await publicRoot.issue({
      subject: 'CN=auth.example.com',
      san: { dns: Object.values(HOSTS) },
      ...validNow(),
    });
    const stand = new ProxyStand(
      stack,
      credentials,
      publicRoot,
      publicLeaf,
      behindProxies(await beside(stack, 'token-service'), file),
      behindProxies(await beside(stack, 'resource-server'), file),
    );
    for (const { application } of [stand.token, stand.orders])
      stand.#apps.push(await AppProcess.start(application, directory));
    return stand;
  }

  /** The log of the application behind a host. */
  logFileOf(host: Host): string {
    return this.#apps[host === 'token' ? 0 : 1]!.logFile;
  }

  /** How a partner reaches a host of the proxy, which is started when it is first needed. */
  async through(proxy: RealProxy, host: Host, identity?: Identity, credential = true): Promise<Dial> {
    const key = `${proxy.name} ${Object.keys(proxy.places).join()} ${credential}`;
    const running = this.#running.get(key) ?? (await this.#start(proxy, credential));
    this.#running.set(key, running);
    return {
      url: `https://127.0.0.1:${running.port}`,
      ca: this.publicRoot.pem,
      identity,
      // Another address than the proxy's own, so that the two can be told apart.
      tls: { servername: HOSTS[host], localAddress: '127.0.0.2' } as ConnectionOptions,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ child }) => stopServer(child)));
    await Promise.all(this.#apps.map((app) => app.stop()));
  }

  async #start(proxy: RealProxy, credential: boolean) {
    const directory = newDirectory(proxy.name);
    const port = await findFreePort();
    const own = this.credentials.get(proxy.name)!;
    const { leaf, password } = credential
      ? own
      : { leaf: await makeSelfSigned(`CN=${proxy.name}`), password: own.password.replace(/./, 'x') };
    const basic = Buffer.from(`${proxy.name}:${password}`).toString('base64');
    this.#writeFiles(directory, leaf, basic);
    const example = join(directory, proxy.configuration);
    writeFileSync(example, this.#configure(proxy, directory, port));
    const file = proxy.around === undefined ? example : join(directory, 'around.conf');
    if (proxy.around !== undefined) writeFileSync(file, proxy.around({ directory, example, port }));
    const child = await startServer({
      program: proxy.program,
      args: proxy.args(file),
      env: { HOME: directory, HOLDFAST_PROXY_CREDENTIAL: basic },
      port,
      logFile: join(directory, 'output.log'),
    });
    return { child, port };
  }

  #writeFiles(directory: string, leaf: IssuedCertificate, basic: string): void {
    const write = (name: string, text: string): void =>
      writeFileSync(join(directory, name), text, { mode: 0o600 });
    for (const [name, one] of [['proxy', leaf] as const, ['public', this.publicLeaf] as const]) {
      write(`${name}.pem`, one.pem);
      write(`${name}.key`, one.privateKeyPem);
      write(`${name}-with-key.pem`, one.pem + one.privateKeyPem);
    }
    copyFileSync(this.stack.file.caFile, join(directory, 'holdfast-ca.pem'));
    write('authorization.conf', `RequestHeader set Proxy-Authorization "Basic ${basic}"\n`);
  }

  /** The example with the places of this run; each that is missing in it is an error, or it would test something else. */
  #configure(proxy: RealProxy, directory: string, port: number): string {
    // Apache compares the name that it was given with the DNS names of the certificate, and with no address.
    const host = proxy.name === 'apache' ? 'localhost' : '127.0.0.1';
    const publicPort = Number(this.token.application.env['PUBLIC_PORT']);
    const places: Record<string, string> = {
      '/etc/holdfast/proxy': directory,
      'token.internal:7412': `${host}:${this.token.proxyPort}`,
      'api.internal:7422': `${host}:${this.orders.proxyPort}`,
      ...Object.fromEntries(Object.entries(proxy.places).map(([text, to]) => [text, to(port, publicPort)])),
    };
    let text = readFileSync(join(examples(proxy.name), proxy.configuration), 'utf8');
    for (const [place, here] of Object.entries(places)) {
      if (!text.includes(place)) throw new Error(`${place} does not stand in the example of ${proxy.name}`);
      text = text.replaceAll(place, here);
    }
    return text.replaceAll(/(token|api)\.internal/g, 'localhost');
  }
}

function examples(name: string): string {
  return join(workspaceRoot, 'examples', 'proxies', name);
}
