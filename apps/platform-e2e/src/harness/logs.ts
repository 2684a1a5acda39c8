import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackUnderTest } from './stack-under-test.js';

/** One thing that must never stand in a log, and does. The secret itself is not repeated. */
export interface Leak {
  readonly file: string;
  readonly what: string;
}

const SIGNED_JWT = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/;
const SHORTEST_SECRET = 12;
const LOGGED_WITHIN_MS = 500;
const POLL_MS = 20;

/** Looks for tokens, private keys and passwords of the stack in every log file of it. `more` are further secrets. */
export function findSecretsInLogs(
  { home, logs }: Pick<StackUnderTest, 'home' | 'logs'>,
  more: Readonly<Record<string, string>> = {},
): Leak[] {
  const secrets = Object.entries({ ...secretsOf(home), ...more }).filter(
    ([, secret]) => secret.length >= SHORTEST_SECRET,
  );
  return readdirSync(logs).flatMap((file) => {
    const text = readFileSync(join(logs, file), 'utf8');
    const found = secrets.filter(([, secret]) => text.includes(secret)).map(([what]) => what);
    if (SIGNED_JWT.test(text)) found.push('a signed token');
    if (text.includes('PRIVATE KEY')) found.push('a private key');
    return found.map((what) => ({ file, what }));
  });
}

/** Throws an error that names every secret found in a log. */
export function requireNoSecretsInLogs(stack: Pick<StackUnderTest, 'home' | 'logs'>): void {
  const leaks = findSecretsInLogs(stack);
  if (leaks.length === 0) return;
  throw new Error(
    `secrets in logs of ${stack.home}: ${leaks.map(({ file, what }) => `${what} in ${file}`).join(', ')}`,
  );
}

/** Database URLs count by their password: the rest of them is no secret. */
function secretsOf(home: string): Record<string, string> {
  const files = [
    ...filesIn(join(home, 'secrets')),
    ...filesIn(join(home, 'pki')).filter((file) => /key-encryption-key$/.test(file)),
  ];
  return Object.fromEntries(
    files.map((file) => {
      const text = readFileSync(file, 'utf8').trim();
      return [file.slice(home.length + 1), URL.canParse(text) ? new URL(text).password : text];
    }),
  );
}

function filesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}

/** The lines that a log holds about a request. */
export function logLinesOf(logFile: string, requestId: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(logFile)) return [];
  return (
    readFileSync(logFile, 'utf8')
      .split('\n')
      // What follows the last line break is still being written.
      .slice(0, -1)
      .filter((line) => line.includes(requestId))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['request_id'] === requestId)
  );
}

/** The lines that a log holds about a request, once there is one, or none within half a second: the answer may come before its line. */
export async function untilLogged(
  logFile: string,
  requestId: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const deadline = performance.now() + LOGGED_WITHIN_MS;
  for (;;) {
    const lines = logLinesOf(logFile, requestId);
    if (lines.length > 0 || performance.now() > deadline) return lines;
    await delay(POLL_MS);
  }
}
