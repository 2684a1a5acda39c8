import { createServer } from 'node:net';
import { basename } from 'node:path';
import { findPortHolder, type PortHolder } from './port-holder.js';
import { StackError } from './workspace.js';

/** The ports of one stack, docs/contract.md: each is the base plus a fixed offset. */
export interface Ports {
  readonly base: number;
  readonly admin: number;
  readonly adminApi: number;
  readonly adminManagement: number;
  readonly tokenPublic: number;
  readonly tokenMutualTls: number;
  readonly tokenProxies: number;
  readonly tokenManagement: number;
  readonly resourceServer: number;
  readonly resourceProxies: number;
  readonly resourceManagement: number;
  readonly freight: number;
  readonly freightProxies: number;
  readonly freightManagement: number;
  readonly gateway: number;
  readonly gatewayProxies: number;
  readonly gatewayManagement: number;
  readonly postgres: number;
}

export type PortName = Exclude<keyof Ports, 'base'>;

const OFFSETS = {
  admin: 0,
  adminApi: 1,
  adminManagement: 9,
  tokenPublic: 10,
  tokenMutualTls: 11,
  tokenProxies: 12,
  tokenManagement: 19,
  resourceServer: 20,
  resourceProxies: 22,
  freight: 25,
  freightProxies: 27,
  freightManagement: 28,
  resourceManagement: 29,
  gateway: 30,
  gatewayProxies: 32,
  gatewayManagement: 39,
  postgres: 90,
} as const satisfies Record<PortName, number>;

const PURPOSES = {
  admin: 'the screens for administrators',
  adminApi: 'the admin API',
  adminManagement: 'health and metrics of the admin API',
  tokenPublic: 'the token service, metadata and keys',
  tokenMutualTls: 'the token service, mutual TLS',
  tokenProxies: 'proxies in front of the token service',
  tokenManagement: 'health and metrics of the token service',
  resourceServer: 'the resource server',
  resourceProxies: 'proxies in front of the resource server',
  resourceManagement: 'health and metrics of the resource server',
  freight: 'the API of the second provider',
  freightProxies: 'proxies in front of the API of the second provider',
  freightManagement: 'health and metrics of the API of the second provider',
  gateway: 'the gateway',
  gatewayProxies: 'proxies in front of the gateway',
  gatewayManagement: 'health and metrics of the gateway',
  postgres: 'the embedded PostgreSQL',
} as const satisfies Record<PortName, string>;

const DEFAULT_BASE = 7400;
const LOWEST_BASE = 1024;
const HIGHEST_BASE = 65_535 - OFFSETS.postgres;
const BETWEEN_STACKS = 100;
const LONGEST_COMMAND_LINE = 70;

/** The base of all ports from the text of HOLDFAST_PORT_BASE; 7400 when it is not set. */
export function parsePortBase(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_BASE;
  const base = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (base >= LOWEST_BASE && base <= HIGHEST_BASE) return base;
  throw new StackError(
    `HOLDFAST_PORT_BASE is "${text}": it must be a whole number from ${LOWEST_BASE} to ${HIGHEST_BASE}.`,
  );
}

/** The ports of the stack with this base. */
export function portsFrom(base: number): Ports {
  const ports = Object.entries(OFFSETS).map(([name, offset]) => [name, base + offset]);
  return { base, ...(Object.fromEntries(ports) as Record<PortName, number>) };
}

/** The names of all ports of a stack. */
export const PORT_NAMES = Object.keys(OFFSETS) as readonly PortName[];

/** Throws a StackError that names every taken port of `names`, what it is for, who has it, and the way out. */
export async function requireFreePorts(ports: Ports, names: readonly PortName[]): Promise<void> {
  const taken = [];
  for (const name of names) {
    if (await isTaken(ports[name])) taken.push(describeTaken(ports[name], PURPOSES[name]));
  }
  if (taken.length === 0) return;
  const other = ports.base + BETWEEN_STACKS > HIGHEST_BASE ? DEFAULT_BASE : ports.base + BETWEEN_STACKS;
  throw new StackError(
    `${taken.join('\n')}\nStop what holds ${taken.length === 1 ? 'it' : 'them'}, or use other ports: ` +
      `HOLDFAST_PORT_BASE=${other} HOLDFAST_HOME=.holdfast-${other} npm start`,
  );
}

function describeTaken(port: number, purpose: string, holder = findPortHolder(port)): string {
  return `Port ${port} (for ${purpose}) is taken by ${describeHolder(holder)}.`;
}

function describeHolder(holder: PortHolder | undefined): string {
  if (holder === undefined) return 'another process';
  const [program = '', ...args] = holder.commandLine.replace(/\s+/g, ' ').split(' ');
  return `process ${holder.pid} (${[basename(program), ...args].join(' ').slice(0, LONGEST_COMMAND_LINE)})`;
}

/** Clients reach "localhost" by either address family, so both must be ours. */
async function isTaken(port: number): Promise<boolean> {
  return !(await canListen(port, '127.0.0.1')) || !(await canListen(port, '::1'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Anything else than "in use" (no IPv6 here, say) is for the application itself to report.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
