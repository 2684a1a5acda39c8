import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Operator } from '../harness/operator.js';
import { uniqueName } from '../harness/identity.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { inviteOwner } from '../harness/owner.js';
import { BROWSER_PROGRAMS, Visitor } from './visitor.js';

const inBrowser = needsPrograms(BROWSER_PROGRAMS);
const MINUTE = 60_000;

/** One owner with two devices: the tests below follow each other. */
describe('the passkeys of an owner', () => {
  let owner: Visitor;
  const name = uniqueName('two-devices');
  let unplug: () => Promise<void>;

  beforeAll(async () => {
    const stack = sharedStack();
    owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile });
    unplug = await owner.plugInAuthenticator();
    await owner.page.goto(inviteOwner(stack, name));
    await owner.fill('Name of this passkey', 'Laptop');
    await owner.click('button', 'Set up a passkey');
    await owner.arriveAt('Partners');
  }, MINUTE);
  afterAll(() => owner.close());

  const button = (name: string) => owner.page.getByRole('button', { name, exact: true });
  const dialog = (name: string) => owner.page.getByRole('dialog').getByRole('button', { name });

  inBrowser(
    'are one at first, which cannot be removed (AW-26)',
    async () => {
      await owner.click('link', name);
      await owner.read('This is your only passkey, so it cannot be removed.');
      await button('Rename Laptop').waitFor();
      expect(await button('Remove Laptop').count()).toBe(0);
      expect(await owner.accessibilityViolations()).toEqual([]);
    },
    MINUTE,
  );

  inBrowser(
    'are not made twice on one device, and the page says so',
    async () => {
      await owner.fill('Name of the new passkey', 'Laptop again');
      await owner.click('button', 'Add a passkey');
      await owner.read('This device has a passkey for this account already.');
    },
    MINUTE,
  );

  inBrowser(
    'can be two, renamed, and one of them removed, all of it audited',
    async () => {
      await unplug();
      await owner.plugInAuthenticator();
      await owner.fill('Name of the new passkey', 'Phone');
      await owner.click('button', 'Add a passkey');
      await owner.read('You have 2 passkeys.');

      await button('Rename Phone').click();
      await owner.fill(/^Name$/, 'Telephone');
      await dialog('Rename').click();
      await button('Rename Telephone').waitFor();
      expect(await owner.accessibilityViolations()).toEqual([]);

      await button('Remove Laptop').click();
      await dialog('Remove passkey').click();
      await owner.read('This is your only passkey, so it cannot be removed.');
      expect(await button('Rename Laptop').count()).toBe(0);

      const operator = new Operator(sharedStack());
      const { items } = await operator.get('audit?kind=passkey.removed&limit=1');
      expect(items).toMatchObject([{ detail: { name: 'Laptop' } }]);
    },
    MINUTE,
  );

  inBrowser(
    'sign in on their own device',
    async () => {
      await owner.click('button', 'Sign out');
      await owner.arriveAt('Sign in');
      await owner.click('button', 'Sign in with a passkey');
      await owner.arriveAt('Partners');
      expect(owner.problems).toEqual([]);
    },
    MINUTE,
  );
});
