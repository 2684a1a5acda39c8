import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';

const ROTATE_ABOVE_BYTES = 5_000_000;
const STACK_LINES = 4;

/** Opens the log for appending, for its owner only; a long one is put aside as `.old` first. Returns the descriptor. */
export function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > ROTATE_ABOVE_BYTES) renameSync(path, `${path}.old`);
  return openSync(path, 'a', 0o600);
}

/** The last lines of a log, indented for quoting under a message. Empty when there is no log. */
export function tailOf(path: string, lines = 10): string {
  if (!existsSync(path)) return '';
  const all = readFileSync(path, 'utf8').trimEnd().split('\n');
  return all
    .slice(-lines)
    .flatMap((line) => toReadable(line).split('\n'))
    .map((line) => `    ${line}`)
    .join('\n');
}

interface LogEntry {
  readonly level?: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
}

/** Our applications log JSON, in which a stack is one endless line: an error is shown as people know it. */
function toReadable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { level = '', msg = '', err } = JSON.parse(line) as LogEntry;
    if (err === undefined) return line;
    const error = (err.stack ?? err.message ?? '').split('\n').slice(0, STACK_LINES).join('\n');
    return `${level}: ${msg}: ${error}`;
  } catch {
    return line;
  }
}

/** Runs `work` with the opened log and closes it afterwards: children have their own copy of the descriptor. */
export function withLog<T>(path: string, work: (log: number) => T): T {
  const log = openLog(path);
  try {
    return work(log);
  } finally {
    closeSync(log);
  }
}
