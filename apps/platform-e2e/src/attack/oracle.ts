import { readFileSync } from 'node:fs';
import { untilLogged } from '../harness/logs.js';
import { requestToken, toOrders, withToken } from '../harness/token-endpoint.js';
import { exchange, Wire, WireClosed, type WireAnswer } from '../harness/wire.js';
import type { AttackCase, Attempt, Expected } from './attack-case.js';
import type { AttackWorld } from './attack-world.js';

const LARGEST_BODY = 512;
const SERVES_WITHIN_MS = 1_000;

/**
 * The one answer for each question that only the registry, or the issuer, can answer: which check failed is not told
 * (ARCHITECTURE.md, errors).
 */
const BLAND: Readonly<Record<string, string>> = {
  client_unknown: 'client authentication failed',
  client_suspended: 'client authentication failed',
  partner_suspended: 'client authentication failed',
  issuer_unknown: 'client authentication failed',
  certificate_revoked: 'client authentication failed',
  revocation_unknown: 'client authentication failed',
  issuer_invalid: 'client authentication failed',
  path_invalid: 'client authentication failed',
  path_too_complex: 'client authentication failed',
  certificate_not_registered: 'client authentication failed',
  token_untrusted: 'the access token is not accepted here',
  binding_missing: 'the access token is not accepted here',
};

/** Runs a case. Returns what was violated, in words; nothing when the product stood it. */
export async function runCase(one: AttackCase, world: AttackWorld): Promise<readonly string[]> {
  const violations =
    'check' in one ? await one.check(world) : await runAttempts(await one.attempts(world), world);
  return [...violations, ...(await stillServes(world))];
}

/** What the positive control says: empty when the valid world works. */
export async function stillServes(world: AttackWorld): Promise<readonly string[]> {
  const { stack, named } = world;
  const dead = Object.entries(stack.file.pids).filter(([, pid]) => !isAlive(pid));
  if (dead.length > 0) return [`no longer running: ${dead.map(([name]) => name).join(', ')}`];
  const started = performance.now();
  const issued = await requestToken(stack, named);
  if (issued.status !== 200) return [`a valid token request is answered ${issued.status} ${issued.text}`];
  const token = String(issued.json['access_token']);
  const called = await exchange(toOrders(stack, named.identity), withToken(token));
  if (called.status !== 200) return [`a valid call is answered ${called.status} ${called.text}`];
  const elapsed = performance.now() - started;
  return elapsed > SERVES_WITHIN_MS ? [`a valid request took ${Math.round(elapsed)} ms`] : [];
}

async function runAttempts(attempts: readonly Attempt[], world: AttackWorld): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const attempt of attempts) {
    const found = await runAttempt(attempt, world);
    violations.push(...found.map((violation) => `${attempt.name}: ${violation}`));
  }
  return violations;
}

async function runAttempt(attempt: Attempt, world: AttackWorld): Promise<readonly string[]> {
  const { to, as, tls, send, expected } = attempt;
  const { ca } = world.stack;
  let answer: WireAnswer;
  let elapsed: number;
  try {
    const wire = await Wire.dial({ url: to.url, ca, identity: as, ...(tls && { tls }) });
    const started = performance.now();
    answer = await (send instanceof Uint8Array ? wire.sendOctets(send) : wire.send(send)).finally(() =>
      wire.close(),
    );
    elapsed = performance.now() - started;
  } catch (error) {
    if (!(error instanceof WireClosed)) throw error;
    return expected.orClosed === true ? [] : [`no answer: ${error.message}`];
  }
  return [
    ...judgeAnswer(answer, expected),
    ...(await judgeLog(attempt, answer)),
    ...judgeTime(elapsed, expected, world),
  ];
}

/** What is wrong with an answer. An expected status of 2xx makes it a positive control. */
export function judgeAnswer(answer: WireAnswer, expected: Expected): readonly string[] {
  const { status, json, headers, text } = answer;
  const shown = `${status} ${text.slice(0, 200)}`;
  const violations: string[] = [];
  if (![expected.status].flat().includes(status)) violations.push(`answered ${shown}`);
  if (expected.error !== undefined && json['error'] !== expected.error)
    violations.push(`error is not ${expected.error}: ${shown}`);
  for (const [name, pattern] of Object.entries(expected.headers ?? {})) {
    if (!pattern.test(headers[name] ?? '')) violations.push(`header ${name} is "${headers[name] ?? ''}"`);
  }
  const isPositive = [expected.status].flat().every((wanted) => wanted < 300);
  return isPositive ? violations : [...violations, ...judgeRefusal(answer, expected)];
}

function judgeRefusal({ status, json, headers, text }: WireAnswer, { bodiless, reason }: Expected): string[] {
  const violations: string[] = [];
  if (status < 300) violations.push('it was a success');
  if (status >= 500 && status !== 503) violations.push('the fault is put on us');
  if (/access_token"\s*:/.test(text)) violations.push('there is a token in the answer');
  if (!/\bno-store\b/.test(headers['cache-control'] ?? '')) violations.push('Cache-Control is not no-store');
  if (bodiless === true) return text === '' ? violations : [...violations, 'there is a body'];
  if (Buffer.byteLength(text) > LARGEST_BODY)
    violations.push(`the body has ${Buffer.byteLength(text)} octets`);
  if (Object.keys(json).length === 0) violations.push(`the body is not JSON: ${text.slice(0, 100)}`);
  const bland = reason === undefined ? undefined : BLAND[reason];
  if (bland !== undefined) {
    const { request_id: _id, ...told } = json;
    const same = JSON.stringify(told) === JSON.stringify({ error: json['error'], error_description: bland });
    if (!same) violations.push(`the wire tells more than it may: ${text}`);
  }
  return violations;
}

async function judgeLog({ to, secret, expected }: Attempt, answer: WireAnswer): Promise<readonly string[]> {
  if (secret !== undefined && readFileSync(to.logFile, 'utf8').includes(secret))
    return ['the secret stands in the log'];
  if (expected.reason === undefined) return [];
  const requestId = String(answer.json['request_id'] ?? answer.headers['x-request-id']);
  const lines = await untilLogged(to.logFile, requestId);
  const reasons = lines.map(({ reason }) => reason);
  return reasons.length === 1 && reasons[0] === expected.reason
    ? []
    : [`the log says [${reasons.join(', ')}], not ${expected.reason}`];
}

function judgeTime(
  elapsed: number,
  { withinMs }: Expected,
  { measuresTime }: AttackWorld,
): readonly string[] {
  if (!measuresTime || withinMs === undefined || elapsed <= withinMs) return [];
  return [`it took ${Math.round(elapsed)} ms instead of ${withinMs}`];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
