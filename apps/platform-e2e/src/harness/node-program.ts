import { spawn, type ChildProcess } from 'node:child_process';
import { workspaceRoot } from '@holdfast/stack';

/** Starts a program of Node that is not of the stack, and waits until it says that it listens. */
export async function startNodeProgram(
  script: string,
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: workspaceRoot,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin!.end(input);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('listening') && resolve());
    child.once('exit', () => reject(new Error(`${script} ended: ${said}`)));
  });
  return child;
}
