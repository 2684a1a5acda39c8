import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { applications, workspaceRoot } from '@holdfast/stack';
import { settingsOf, type StackUnderTest } from '../harness/stack-under-test.js';
import { Visitor, type VisitorOptions } from './visitor.js';

/** Every page that a signed-in owner can reach, with names of the demo partners. */
export const PAGES = {
  partners: '/partners',
  'partners-new': '/partners/new',
  partner: '/partners/acme',
  'application-new': '/partners/acme/new-application',
  application: '/applications/acme-orders',
  'application-pinned': '/applications/beta-sync',
  anchors: '/anchors',
  'anchors-new': '/anchors/new',
  resources: '/resources',
  'resources-new': '/resources/new',
  requests: '/requests',
  audit: '/audit',
  account: '/account',
} as const;

/** A fresh one-time link, made on the host as an operator would. */
export function inviteOwner(stack: StackUnderTest): string {
  const admin = applications(settingsOf(stack)).find(({ name }) => name === 'admin');
  if (admin === undefined) throw new Error('the stack has no admin app');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(workspaceRoot, admin.script), 'owner', 'invite', '--name', 'Tester'],
    { cwd: workspaceRoot, env: { ...process.env, ...admin.env }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`owner invite: ${stderr}`);
  return stdout.trim();
}

/** A signed-in owner at a browser of this size and colour scheme, at the list of partners. */
export async function signedInOwner(
  stack: StackUnderTest,
  look: Pick<VisitorOptions, 'width' | 'colorScheme'> = {},
): Promise<Visitor> {
  const owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile, ...look });
  try {
    await owner.plugInAuthenticator();
    await owner.page.goto(inviteOwner(stack));
    await owner.click('link', 'Go on without a passkey');
    await owner.page.getByRole('heading', { level: 1, name: 'Partners' }).waitFor();
    return owner;
  } catch (error) {
    const shown = await owner.page.locator('body').innerText();
    await owner.close();
    throw new Error(`signing in failed at a page that says: ${shown}`, { cause: error });
  }
}
