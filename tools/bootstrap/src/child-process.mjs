import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the foreground and resolves to its exit code (128 + n when signal n ended it). Signals are passed
 * on to it, so this process outlives it. It has an IPC channel, whose end tells it that this process is gone.
 */
export async function runForeground(program, args, env = process.env) {
  const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    return await exitCodeOf(child);
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/**
 * Runs a program without showing anything. Resolves to `{ code, output }`, both streams interleaved. `onStart` gets
 * its process id.
 */
export async function runQuietly(program, args, { cwd, env = process.env, onStart = () => undefined } = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd, env });
  if (child.pid !== undefined) onStart(child.pid);
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await exitCodeOf(child);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

function exitCodeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
