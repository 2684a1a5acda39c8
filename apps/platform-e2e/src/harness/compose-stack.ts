import { execFileSync, spawnSync } from 'node:child_process';
import { describe, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';

/** `describe` for what needs a Docker engine. Without one it is a named skip; under HOLDFAST_REQUIRE_ALL=1 it fails instead. */
export function describeOnEngine(name: string, body: () => void): void {
  const hasEngine =
    spawnSync('docker', ['compose', 'version']).status === 0 && spawnSync('docker', ['info']).status === 0;
  if (hasEngine || process.env['HOLDFAST_REQUIRE_ALL'] === '1') describe(name, body);
  else describe(name, () => it.skip('needs a Docker engine with compose', () => undefined));
}

/** What `docker inspect` says of a container, as much of it as is needed. */
export interface Inspected {
  readonly HostConfig: { readonly PortBindings: Readonly<Record<string, unknown>> | null };
  readonly Mounts: readonly { readonly Name?: string; readonly Destination: string; readonly RW: boolean }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly Gateway: string }>>;
  };
}

/** Tries all its arguments at once. */
const CONNECT = `
  const attempt = (target) => new Promise((resolve) => {
    const [, host, port] = /^(.*):([0-9]+)$/.exec(target);
    const socket = require('node:net').connect({ host, port: Number(port) });
    const end = (result) => { socket.destroy(); resolve([target, result]); };
    socket.setTimeout(3000, () => end('timeout'));
    socket.once('connect', () => end('connected')).once('error', ({ code }) => end(code));
  });
  Promise.all(process.argv.slice(1).map(attempt)).then((all) => console.log(JSON.stringify(all)));`;

/** A compose stack of its own beside any other: own names, own ports (8011 or so instead of 7411). */
export class ComposeStack {
  readonly project: string;
  /** What its ports begin with. */
  readonly prefix = String(80 + (process.pid % 19));
  /** For commands that are given to a shell. */
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(name: string, files: readonly string[] = ['docker-compose.yml']) {
    this.project = `holdfast-e2e-${name}-${process.pid}`;
    this.env = {
      ...process.env,
      COMPOSE_FILE: files.join(':'),
      COMPOSE_PROJECT_NAME: this.project,
      HOLDFAST_PORT_PREFIX: this.prefix,
    };
  }

  /** `docker compose` with these arguments: what it wrote. Throws when it fails. */
  compose(...args: string[]): string {
    return this.#docker('compose', ...args);
  }

  /** Builds the images; where they are built already, that takes a moment. */
  build(): void {
    this.compose('build', '--quiet');
  }

  /** Starts everything and waits until it is ready. */
  up(): void {
    this.compose('up', '--wait', '--wait-timeout', '180');
  }

  /** Everything of it goes, but the images. */
  remove(): void {
    this.compose('down', '--volumes', '--timeout', '5');
  }

  /** A program inside a container of a service: what it wrote. */
  exec(service: string, ...command: string[]): string {
    return this.compose('exec', '-T', service, ...command).trim();
  }

  /** The names of the files in a directory of a service. */
  filesIn(service: string, directory = '/run/holdfast'): string[] {
    return this.exec(service, 'ls', directory).split('\n');
  }

  /** As whom a service runs, and what comes of writing to its file system. */
  standingOf(service: string): { uid: string; fileSystem: string } {
    const attempt = this.exec(service, 'sh', '-c', 'touch /x 2>&1 && echo writable || true');
    // Not by its rights: whoever runs it, it is closed.
    const fileSystem = attempt.endsWith('Read-only file system') ? 'read-only' : attempt;
    return { uid: this.exec(service, 'id', '-u'), fileSystem };
  }

  /** The running container of a service. */
  inspect(service: string): Inspected {
    const id = this.compose('ps', '--quiet', service).trim();
    return (JSON.parse(this.#docker('inspect', id)) as [Inspected])[0];
  }

  /** A script of Node in a container that is on one network only: the JSON that it writes. */
  runOn(network: string, script: string, args: readonly string[], options: readonly string[] = []): unknown {
    const container = ['run', '--rm', '--network', `${this.project}_${network}`, ...options];
    return JSON.parse(this.#docker(...container, 'holdfast:local', 'node', '-e', script, ...args));
  }

  /** Those of the targets (`host:port`) to which a container on that network alone can connect, by TCP. */
  connectedFrom(network: string, targets: readonly string[]): string[] {
    const results = this.runOn(network, CONNECT, targets) as [target: string, result: string][];
    if (results.length !== targets.length) throw new Error('not every target was tried');
    return results.filter(([, result]) => result === 'connected').map(([target]) => target);
  }

  #docker(...args: string[]): string {
    return execFileSync('docker', args, {
      cwd: workspaceRoot,
      env: this.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
