import { describe, expect } from '@jest/globals';
import { uniqueName } from '../harness/identity.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { Keyboard } from './keyboard.js';
import { OnboardingWorld } from './onboarding-world.js';
import { inviteOwner } from '../harness/owner.js';
import { BROWSER_PROGRAMS, Visitor } from './visitor.js';

const inBrowser = needsPrograms([...BROWSER_PROGRAMS, 'curl']);
const MINUTE = 60_000;

describe('a partner onboarded without a mouse', () => {
  inBrowser(
    'gets from the one-time link to a call of the API and to a refusal, with the focus in sight (WCAG 2.2, 2.1.1, 2.4.7, 2.4.11)',
    async () => {
      const stack = sharedStack();
      const world = await OnboardingWorld.create(stack, 'keys');
      const owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile });
      const keyboard = new Keyboard(owner.page);
      try {
        await owner.plugInAuthenticator();
        await owner.page.goto(inviteOwner(stack, uniqueName('keyboard')));
        await keyboard.enter('button', 'Set up a passkey');
        await owner.arriveAt('Partners');
        await onboard(owner, keyboard, world);

        const { body } = await world.askForToken();
        expect(await world.callApi(body['access_token'])).toEqual({ status: 200, body: { orders: [] } });

        await keyboard.goTo('button', 'Suspend', 'Shift+Tab');
        await keyboard.press('Space');
        await keyboard.enter('button', 'Suspend application');
        await owner.page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
        expect(await world.refusal()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
        await keyboard.enter('link', 'Requests');
        await owner.read('client_suspended');

        process.stderr.write(`onboarding by keyboard: ${keyboard.presses} presses\n`);
        expect([...keyboard.unseen]).toEqual([]);
        expect(owner.problems).toEqual([]);
      } finally {
        await owner.close();
        await world.stop();
      }
    },
    2 * MINUTE,
  );
});

async function onboard(owner: Visitor, keyboard: Keyboard, world: OnboardingWorld): Promise<void> {
  await keyboard.enter('link', 'New partner');
  await keyboard.fill('Name', 'Keys GmbH');
  await keyboard.press('Enter');
  await owner.arriveAt('Keys GmbH');

  await keyboard.enter('link', 'Add trust anchor');
  await keyboard.goTo('radio', /^Check, and refuse/);
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.fill('Certificate of the authority', world.authority.pem);
  await owner.read('CN=keys CA,O=keys GmbH,C=DE');
  await keyboard.enter('button', 'Add trust anchor');
  await owner.arriveAt('Keys GmbH');

  await keyboard.enter('link', 'New application');
  await keyboard.fill('Client id', world.clientId);
  await keyboard.goTo('radio', /^Match by name/);
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowUp');
  await keyboard.fill('Subject', world.subject);
  await keyboard.press('Enter');
  await owner.arriveAt(world.clientId);

  await keyboard.enter('link', 'Resources & scopes');
  await keyboard.enter('link', 'New resource');
  await keyboard.fill('Audience', world.api);
  await keyboard.choose('Provided by', 'Holdfast (holdfast)');
  await keyboard.fill('Scopes', 'orders:read orders:write');
  await keyboard.enter('button', 'Create resource');
  await owner.read(world.api);

  await keyboard.enter('link', 'Partners');
  await keyboard.enter('link', 'Keys GmbH');
  await keyboard.enter('link', world.clientId);
  await keyboard.enter('button', 'Add grant');
  await keyboard.choose('Resource', world.api);
  await keyboard.choose('Scopes', 'orders:read');
  await keyboard.enter('button', 'Add grant');
  await owner.page.getByRole('button', { name: /^Remove the grant/ }).waitFor();
}
