import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a living process from a later one that was given the same id: its start and its command line.
 * Returns undefined when no such process lives (a zombie does not live).
 */
export function identityOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** Whether the recorded process still lives: the same id, the same start, the same command line. */
export function isSameProcess(recorded) {
  const current = identityOf(recorded?.pid);
  return (
    current !== undefined &&
    current.startedAt === recorded.startedAt &&
    current.commandLine === recorded.commandLine
  );
}

/** The identity that was written to a file, undefined when there is none or it is torn. */
export function readIdentity(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function identityFromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    // The command name in parentheses may hold anything, so the fields are counted behind its last ")".
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticksSinceBoot = fields[19];
    if (state === 'Z' || state === 'X' || commandLine === '') return undefined;
    return { pid, startedAt: `${bootId()}/${ticksSinceBoot}`, commandLine };
  } catch {
    return undefined;
  }
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
}

function identityFromPs(pid) {
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const match = /^(\S+)\s+(\S+ +\S+ +\d+ +[\d:]+ +\d+) +(.+)$/.exec(line);
    if (match === null || match[1].startsWith('Z')) return undefined;
    return { pid, startedAt: match[2], commandLine: match[3] };
  } catch {
    return undefined;
  }
}
