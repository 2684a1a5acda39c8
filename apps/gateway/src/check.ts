import type { GatewayPlan, RoutePlan } from './configuration/plan.js';
import { readGatewayFile } from './configuration/read-gateway-file.js';
import { hostOf } from './decide.js';
import { parseRequestTarget } from './routing/request-target.js';
import { findRoute } from './routing/route-table.js';

const USAGE = `Says whether a gateway could use a file, what it would serve, and which route decides about a request. Starts and fetches nothing.

Usage: node dist/main.js check [FILE] [METHOD URL]

FILE is GATEWAY_FILE if it is left out.

Examples:
  node dist/main.js check gateway.yaml
  node dist/main.js check gateway.yaml GET https://api.example.com/orders/1
`;

/** What is printed, and the exit code: 0, 1 if no route serves the request, 64 for wrong usage, 78 for a file that cannot be used. */
export interface CheckResult {
  readonly exitCode: 0 | 1 | 64 | 78;
  readonly out?: string;
  readonly err?: string;
}

/**
 * The words behind the program: the command `check` with its arguments. There is no other. Does NOT know where the gateway
 * will listen, so that an upstream that is the gateway itself is only found at start.
 */
export function check(words: readonly string[], env: NodeJS.ProcessEnv): CheckResult {
  if (words.some((word) => word === '--help' || word === '-h')) return { exitCode: 0, out: USAGE };
  const [command, ...args] = words;
  if (command !== 'check') return usage(`${command} is no command`);
  if (args.length > 3) return usage('there are too many words');
  const [method, url] = args.length >= 2 ? args.slice(-2) : [];
  const file = args.length % 2 === 1 ? args[0] : env['GATEWAY_FILE'];
  if (file === undefined || file === '') return usage('FILE is missing, and GATEWAY_FILE is not set');
  const read = readGatewayFile(file, []);
  if (!read.usable)
    return {
      exitCode: 78,
      err: `${file} cannot be used:\n${read.problems.map((one) => `- ${one}\n`).join('')}`,
    };
  const { plan } = read;
  if (method !== undefined && url !== undefined) return explain(plan, method, url);
  const lines = plan.routes.map((route, at) => line(plan, route, at));
  return { exitCode: 0, out: `${file} can be used.\n${table(lines)}` };
}

function usage(message: string): CheckResult {
  return { exitCode: 64, err: `${message}\n\n${USAGE}` };
}

/** Decides as a gateway does, up to the token. */
function explain(plan: GatewayPlan, method: string, url: string): CheckResult {
  // Not by `URL`, which would take dot segments away before the gateway refuses them.
  const [, authority, path] = /^https:\/\/([^/?#]*)(\/.*)$/.exec(url) ?? [];
  if (path === undefined) return usage(`${url} is no URL of the form https://host/path`);
  const [target, host] = [parseRequestTarget(path), hostOf(authority)];
  if (target === undefined || host === undefined)
    return none('400 request_malformed: two servers could read this URL in two ways');
  const found = findRoute(plan.routes, { method, host: host.name, segments: target.segments });
  if (found.found) {
    const at = plan.routes.indexOf(found.route);
    return { exitCode: 0, out: table([line(plan, found.route, at)]) };
  }
  return found.reason === 'path_unknown'
    ? none('404 path_unknown: no route serves this host and path')
    : none(`405 method_not_allowed: the route of this path serves ${found.allow}`);
}

function none(text: string): CheckResult {
  return { exitCode: 1, out: `${text}\n` };
}

const HEAD = ['route', 'host', 'path', 'methods', 'who may call', 'goes to'];

function line(plan: GatewayPlan, route: RoutePlan, at: number): readonly string[] {
  const { host = 'any', pattern, methods, upstream } = route;
  const origin = upstream === undefined ? undefined : plan.upstreams.get(upstream)?.origin.origin;
  return [
    String(at + 1),
    host,
    pattern.text,
    methods?.join(' ') ?? 'any',
    callers(plan, route),
    upstream === undefined ? 'nowhere: for /verify alone' : `${upstream}, ${origin}`,
  ];
}

function callers(plan: GatewayPlan, { access, policy }: RoutePlan): string {
  if (access.public) return 'everybody: public';
  const asked = plan.policies.get(policy!)!;
  const scopes = access.scopes.length === 0 ? 'any scope' : access.scopes.join(' ');
  const unbound = asked.binding === 'optional' ? ', bound or not' : '';
  return `${scopes} for ${asked.issuers.map(({ audience }) => audience).join(', ')}${unbound}`;
}

function table(lines: readonly (readonly string[])[]): string {
  const all = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...all.map((one) => one[column]!.length)));
  return all
    .map(
      (one) =>
        `${one
          .map((text, column) => text.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
