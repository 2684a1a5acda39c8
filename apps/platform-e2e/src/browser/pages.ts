import { uniqueName } from '../harness/identity.js';
import { inviteOwner } from '../harness/owner.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
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
  stopped: '/stopped',
  'stopped-block': '/stopped/block',
  audit: '/audit',
  account: '/account',
} as const;

/**
 * A signed-in owner at a browser of this size and colour scheme, at the list of partners. Without a name, nobody else has
 * theirs: a second link for the same owner would end the first.
 */
export async function signedInOwner(
  stack: StackUnderTest,
  {
    name = uniqueName('tester'),
    ...look
  }: Pick<VisitorOptions, 'width' | 'colorScheme'> & { readonly name?: string } = {},
): Promise<Visitor> {
  const owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile, ...look });
  try {
    await owner.plugInAuthenticator();
    await owner.page.goto(inviteOwner(stack, name));
    await owner.click('link', 'Go on without a passkey');
    await owner.page.getByRole('heading', { level: 1, name: 'Partners' }).waitFor();
    return owner;
  } catch (error) {
    const shown = await owner.page.locator('body').innerText();
    await owner.close();
    throw new Error(`signing in failed at a page that says: ${shown}`, { cause: error });
  }
}
