import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { applications, workspaceRoot } from '@holdfast/stack';
import { settingsOf, type StackUnderTest } from './stack-under-test.js';
import { jsonRequest } from './token-endpoint.js';
import { exchange } from './wire.js';

/** A fresh one-time link, made on the host as an operator would. */
export function inviteOwner(stack: StackUnderTest, name = 'Tester'): string {
  const admin = applications(settingsOf(stack)).find(({ name }) => name === 'admin');
  if (admin === undefined) throw new Error('the stack has no admin app');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(workspaceRoot, admin.script), 'owner', 'invite', '--name', name],
    { cwd: workspaceRoot, env: { ...process.env, ...admin.env }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`owner invite: ${stderr}`);
  return stdout.trim();
}

/** Signs a new owner in as a browser does, and returns the Cookie header of the session. */
export async function ownerCookie(stack: StackUnderTest): Promise<string> {
  const { admin: url } = stack.file;
  const token = new URL(inviteOwner(stack)).hash.slice(1);
  const request = jsonRequest('POST', '/auth/link', { token });
  const headers = [...(request.headers ?? []), ['Origin', url] as const];
  const answer = await exchange({ url, ca: stack.ca }, { ...request, headers });
  const [cookie = ''] = (answer.headers['set-cookie'] ?? '').split(';');
  if (answer.status !== 200 || cookie === '') throw new Error(`signing in: ${answer.status} ${answer.text}`);
  return cookie;
}
