import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { TokenPolicyInput } from '@holdfast/cnf-token-verification';
import type { DenyFeedAddress, IssuerTls } from '@holdfast/resource-guard';
import { readAssertionKey, type AssertionPlan } from '../identity/assertion.js';
import { parsePathPattern } from '../routing/path-pattern.js';
import { unreachable } from '../routing/route-table.js';
import type { GatewayPlan, RoutePlan } from './plan.js';
import { requireUsable, type NamedFiles, type Problem, type Reading } from './reading.js';
import { GatewayFile, Route, Upstream, type RouteEntry } from './schema.js';
import { readUpstream } from './read-upstream.js';

/** The gateway file as a plan, or everything that is wrong with it. `version` changes with any octet that was read. */
export type ReadGatewayFile =
  | { readonly usable: true; readonly plan: GatewayPlan; readonly version: string }
  | { readonly usable: false; readonly problems: readonly string[]; readonly version: string };

/**
 * Reads the gateway file and all files that it names: every problem at once, each with the member it stands in, none with
 * a secret. `ownPorts`: where this gateway listens, which no upstream may be.
 */
export function readGatewayFile(path: string, ownPorts: readonly number[]): ReadGatewayFile {
  const problems: string[] = [];
  const digest = createHash('sha256');
  const problem: Problem = (member, text) => problems.push(`${member}: ${text}`);
  const directory = dirname(resolve(path));
  const files: NamedFiles = {
    read(name, member) {
      try {
        const text = readFileSync(resolve(directory, name), 'utf8');
        digest.update(text);
        return text;
      } catch (error) {
        problem(member, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
        return undefined;
      }
    },
  };
  const text = files.read(resolve(path), 'the file');
  const plan = text === undefined ? undefined : toPlan(text, { directory, files, ownPorts, problem });
  const version = digest.digest('hex');
  return plan === undefined || problems.length > 0
    ? { usable: false, problems, version }
    : { usable: true, plan, version };
}

function toPlan(text: string, reading: Reading): GatewayPlan | undefined {
  const { problem, files, directory } = reading;
  const document = parseDocument(text, { uniqueKeys: true });
  for (const { message } of document.errors) problem('the file', message.split('\n')[0]!);
  if (document.errors.length > 0) return undefined;
  const content: unknown = document.toJS();
  const parsed = GatewayFile.safeParse(content);
  for (const { path, message } of parsed.error?.issues ?? [])
    problem(path.length === 0 ? 'the file' : path.map(String).join('.'), message);

  // Entries that are well by themselves are looked at together even where others are not: all problems at once.
  const upstreams = wellEntries(content, 'upstreams', (one) => Upstream.safeParse(one));
  const plans = new Map(upstreams.map(([name, one]) => [name, readUpstream(name, one, reading)]));
  const routes = wellEntries(content, 'routes', (one) => Route.safeParse(one));
  checkRoutes(routes, namesIn(content, 'upstreams'), problem);
  const asked = (content as { verify?: unknown } | null)?.verify !== undefined;
  for (const [index, { upstream }] of routes)
    if (upstream === undefined && !asked)
      problem(`routes.${index}.upstream`, 'is missing: without it, a route is for verify alone');
  if (!parsed.success) return undefined;

  const { data } = parsed;
  checkIdentity(data, problem);
  for (const [index, { keys }] of data.tokens.issuers.entries())
    if (keys !== undefined && 'file' in keys) files.read(keys.file, `tokens.issuers.${index}.keys.file`);
  const planned = data.routes.map((entry) => toRoute(entry, data));
  return {
    routes: planned.map(({ route }) => route),
    upstreams: new Map([...plans].map(([name, make]) => [name, make(data.timeouts.connectSeconds * 1_000)])),
    policies: new Map(planned.flatMap(({ policy }) => (policy === undefined ? [] : [policy]))),
    issuerTls: readIssuerTls(data, files, problem),
    denyFeed: toDenyFeed(data, problem),
    identity: data.identity.headers,
    strip: data.identity.strip,
    assertion: readAssertion(data, files, problem),
    verifyStyle: data.verify?.style,
    metadata: data.metadata,
    directory,
  };
}

type Parsed<T> = { readonly success: true; readonly data: T } | { readonly success: false };

/** The members of a list or map that are well by themselves, by name. */
function wellEntries<T>(content: unknown, member: string, parse: (one: unknown) => Parsed<T>): [string, T][] {
  const all = (content as Record<string, unknown> | null)?.[member];
  if (typeof all !== 'object' || all === null) return [];
  return Object.entries(all).flatMap(([name, one]) => {
    const parsed = parse(one);
    return parsed.success ? [[name, parsed.data] as [string, T]] : [];
  });
}

function namesIn(content: unknown, member: string): ReadonlySet<string> {
  const all = (content as Record<string, unknown> | null)?.[member];
  return new Set(typeof all === 'object' && all !== null ? Object.keys(all) : []);
}

function checkRoutes(
  routes: readonly (readonly [string, RouteEntry])[],
  upstreams: ReadonlySet<string>,
  problem: Problem,
): void {
  for (const [index, { upstream, scopes, audience, binding, webSocket, methods }] of routes) {
    const at = `routes.${index}`;
    if (upstream !== undefined && !upstreams.has(upstream))
      problem(`${at}.upstream`, `there is no upstream ${upstream}`);
    if (scopes === 'public' && (audience !== undefined || binding !== undefined))
      problem(`${at}.scopes`, 'is public, so audience and binding would mean nothing');
    if (webSocket && methods !== 'any' && !methods.includes('GET'))
      problem(`${at}.webSocket`, 'needs the method GET');
  }
  for (const [earlier, later] of unreachable(routes.map(([, entry]) => toMatch(entry))))
    problem(
      `routes.${routes[later]![0]}`,
      `is never reached: routes.${routes[earlier]![0]} takes all its requests; put it before that`,
    );
}

function toMatch({ path, host, methods }: RouteEntry) {
  return { pattern: parsePathPattern(path)!, host, methods: methods === 'any' ? undefined : methods };
}

function toRoute(
  entry: RouteEntry,
  { tokens, timeouts, bodyBytes, rate }: GatewayFile,
): { readonly route: RoutePlan; readonly policy: [string, TokenPolicyInput] | undefined } {
  const { scopes, audience, binding = tokens.binding } = entry;
  const { responseSeconds, idleSeconds, totalSeconds, bodyIdleSeconds, bodyBytesPerSecond } = {
    ...timeouts,
    ...entry.timeouts,
  };
  const issuers = tokens.issuers.map((issuer) => ({ ...issuer, audience: audience ?? issuer.audience }));
  const policy = scopes === 'public' ? undefined : { ...tokens, binding, issuers };
  const key = policy && `${binding} ${issuers.map((issuer) => issuer.audience).join(' ')}`;
  const route = {
    ...toMatch(entry),
    access: scopes === 'public' ? ({ public: true } as const) : ({ public: false, scopes } as const),
    policy: key,
    upstream: entry.upstream,
    webSocket: entry.webSocket,
    limits: {
      responseMs: responseSeconds * 1_000,
      idleMs: idleSeconds * 1_000,
      totalMs: totalSeconds && totalSeconds * 1_000,
    },
    body: {
      bytes: entry.bodyBytes ?? bodyBytes,
      idleMs: bodyIdleSeconds * 1_000,
      bytesPerSecond: bodyBytesPerSecond,
    },
    rate: entry.rate ?? rate,
  };
  return { route, policy: policy && [key!, policy] };
}

/** Two facts under one name, or one that would be taken for another, would be an identity that nobody has. */
function checkIdentity({ identity }: GatewayFile, problem: Problem): void {
  const names = [...Object.values(identity.headers), identity.assertion?.header].filter(Boolean) as string[];
  const folded = names.map((name) => name.toLowerCase());
  for (const name of new Set(folded.filter((one, index) => folded.indexOf(one) < index)))
    problem('identity.headers', `${name} is used twice`);
}

function readIssuerTls({ issuerTls }: GatewayFile, files: NamedFiles, problem: Problem): IssuerTls {
  const { caFile, certificateFile, privateKeyFile } = issuerTls;
  const read = (name: string | undefined, member: string) =>
    name === undefined ? undefined : files.read(name, `issuerTls.${member}`);
  const tls = {
    ...given('ca', read(caFile, 'caFile')),
    ...given('cert', read(certificateFile, 'certificateFile')),
    ...given('key', read(privateKeyFile, 'privateKeyFile')),
  };
  requireUsable(tls, 'issuerTls', problem);
  return tls;
}

/** The feed and what its silence means belong together, and whoever reads it has a certificate. */
function toDenyFeed(
  { denyFeed, tokens, issuerTls }: GatewayFile,
  problem: Problem,
): DenyFeedAddress | undefined {
  if ((denyFeed === undefined) !== (tokens.denyFeed === undefined))
    problem('denyFeed', 'needs tokens.denyFeed, which says what its silence means, and the other way round');
  if (denyFeed === undefined) return undefined;
  const issuers = tokens.issuers.map(({ issuer }) => issuer);
  const {
    url: endpoint,
    jwksUri,
    clientId,
    issuer = issuers.length === 1 ? issuers[0] : undefined,
  } = denyFeed;
  if (issuer === undefined || !issuers.includes(issuer))
    problem('denyFeed.issuer', 'must be one of the issuers of tokens');
  if (issuerTls.certificateFile === undefined)
    problem('issuerTls.certificateFile', 'is missing: the deny feed is read with it');
  return { issuer: issuer ?? '', endpoint, jwksUri, clientId };
}

function given<N extends string>(name: N, value: string | undefined): { [K in N]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [K in N]: string });
}

function readAssertion(
  { identity: { assertion } }: GatewayFile,
  files: NamedFiles,
  problem: Problem,
): AssertionPlan | undefined {
  if (assertion === undefined) return undefined;
  const { privateKeyFile, issuer, header, bearer, lifetimeSeconds } = assertion;
  const pem = files.read(privateKeyFile, 'identity.assertion.privateKeyFile');
  if (pem === undefined) return undefined;
  const key = readAssertionKey(pem);
  if (key !== undefined) return { key, issuer, header, bearer, lifetimeSeconds };
  problem('identity.assertion.privateKeyFile', 'is no private key for P-256 in PKCS#8 PEM');
  return undefined;
}
