import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createSelfSigned, encodeAttribute, encodeName } from '@holdfast/test-pki';
import { toIdentity, validNow } from '../../harness/identity.js';
import { credentialsForm, tokenRequest, withToken } from '../../harness/token-endpoint.js';
import { exchange, WireClosed, type Identity, type WireRequest } from '../../harness/wire.js';
import type { AttackCase } from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';

const COMMON_NAME = '2.5.4.3';
/** The longest line that a refused request may make. */
const LONGEST_LINE = 4_096;
const LOGGED_WITHIN_MS = 2_000;
const FORGED = '{"level":"fatal","msg":"forged by a caller"}';

/** What would make a second line, move the cursor of a terminal, hide what follows, or fill the disk. */
const HOSTILE = [
  `a\r\n${FORGED}\r\n`,
  `a\n${FORGED}`,
  '\u001b[2J\u001b[31mred\u001b[0m\u001b]0;title\u0007',
  'a\u0000b\u0008\u0008\u007f',
  `a\u0085\u2028\u2029${FORGED}`,
  '\u202egnp.exe',
];
const HUGE = 'x'.repeat(64 * 1_024);

interface Injection {
  readonly name: string;
  readonly to: Target;
  readonly as?: Identity | undefined;
  readonly send: WireRequest;
}

async function injections(world: AttackWorld): Promise<readonly Injection[]> {
  const { token, orders, gateway, admin, named } = world;
  const form = (clientId: string) => tokenRequest(credentialsForm(clientId));
  const agent = (text: string): WireRequest => {
    const request = form('nobody-here');
    return { ...request, headers: [...(request.headers ?? []), ['User-Agent', text]] };
  };
  const certificates = await Promise.all([...HOSTILE, HUGE.slice(0, 8_192)].map(hostileCertificate));
  return [
    ...[...HOSTILE, HUGE].map((text) => ({
      name: 'client_id',
      to: token,
      as: named.identity,
      send: form(text),
    })),
    ...[...HOSTILE, HUGE].map((text) => ({
      name: 'User-Agent',
      to: token,
      as: named.identity,
      send: agent(text),
    })),
    ...certificates.map((as) => ({ name: 'subject', to: token, as, send: form(named.clientId) })),
    ...(
      [
        [orders, '/orders'],
        [gateway, '/orders'],
        [admin, '/api/v1/partners'],
      ] as const
    ).flatMap(([to, target]) =>
      [...HOSTILE, HUGE.slice(0, 8_192)].flatMap((text) => [
        {
          name: 'kid',
          to,
          as: named.identity,
          send: withToken(tokenWithKid(text), { target }),
        },
        { name: 'path', to, as: named.identity, send: { target: `/${encodeURIComponent(text)}` } },
      ]),
    ),
  ];
}

async function hostileCertificate(text: string): Promise<Identity> {
  const subject = encodeName([encodeAttribute(COMMON_NAME, Buffer.from(text))]);
  return toIdentity(await createSelfSigned({ subject, extendedKeyUsage: ['clientAuth'], ...validNow() }));
}

function tokenWithKid(kid: string): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${segment({ alg: 'ES256', typ: 'at+jwt', kid })}.${segment({ sub: 'nobody' })}.AAAA`;
}

/** Sends everything, then reads what the logs have gained: one whole JSON line for each request that was answered. */
async function linesStayLines(world: AttackWorld): Promise<readonly string[]> {
  const targets = [world.token, ...world.apis, world.admin];
  const before = targets.map(({ logFile }) => statSync(logFile).size);
  const violations: string[] = [];
  const answered: { readonly name: string; readonly to: Target; readonly id: string }[] = [];
  for (const { name, to, as, send } of await injections(world)) {
    const answer = await exchange({ url: to.url, ca: world.stack.ca, identity: as }, send).catch(
      (error: unknown) => {
        if (error instanceof WireClosed) return undefined;
        throw error;
      },
    );
    if (answer === undefined) continue;
    if (answer.status < 400 || answer.status >= 500)
      violations.push(`${name}: ${to.name} answered ${answer.status}`);
    const id = answer.headers['x-request-id'];
    if (id !== undefined) answered.push({ name, to, id });
  }
  if (answered.length < HOSTILE.length * 3)
    violations.push('too few requests were answered to prove anything');
  await delay(LOGGED_WITHIN_MS / 10);
  for (const [index, target] of targets.entries()) {
    const gained = readFileSync(target.logFile).subarray(before[index]).toString('utf8');
    const lines = gained.slice(0, gained.lastIndexOf('\n')).split('\n');
    violations.push(...lines.flatMap(judgeLine).map((found) => `${target.name}: ${found}`));
    for (const { name, id } of answered.filter(({ to }) => to.name === target.name)) {
      const own = lines.filter((line) => line.includes(id));
      if (own.length !== 1) violations.push(`${target.name}: ${name} has ${own.length} lines`);
    }
  }
  return violations;
}

function judgeLine(line: string): readonly string[] {
  const shown = JSON.stringify(line.slice(0, 120));
  try {
    const { msg, stack, err } = JSON.parse(line) as Record<string, unknown>;
    if (msg === 'forged by a caller') return [`a caller wrote a line: ${shown}`];
    if (err !== undefined || stack !== undefined) return [`a fault: ${shown}`];
  } catch {
    return [`no JSON: ${shown}`];
  }
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line)) return [`a control character: ${shown}`];
  return line.length > LONGEST_LINE ? [`${line.length} characters: ${shown}`] : [];
}

export const LOG_INJECTION: readonly AttackCase[] = [
  {
    id: 'AW-16',
    title:
      'logs one whole JSON line for each hostile client_id, kid, subject, path and User-Agent, cut to size',
    source: 'ASVS 16.4.1',
    check: linesStayLines,
  },
];
