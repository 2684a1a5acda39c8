import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack, type StackUnderTest } from '../harness/stack-under-test.js';
import { claimsOf } from '../harness/token-endpoint.js';
import { OnboardingWorld } from './onboarding-world.js';
import { BROWSER_PROGRAMS, Visitor } from './visitor.js';

const MINUTE = 60_000;

/** One owner at one browser, from the one-time link on: the tests below follow each other. */
describe('a partner onboarded in the browser', () => {
  const inBrowser = needsPrograms([...BROWSER_PROGRAMS, 'curl']);
  let stack: StackUnderTest;
  let world: OnboardingWorld;
  let owner: Visitor | undefined;
  let token: unknown;
  let began: number;

  const person = (): Visitor => {
    if (owner === undefined) throw new Error('the browser is not open: an earlier test failed');
    return owner;
  };

  beforeAll(async () => {
    stack = sharedStack();
    world = await OnboardingWorld.create(stack, 'screens');
  }, MINUTE);

  afterEach(() => {
    const seen = owner?.problems.splice(0);
    expect(seen ?? []).toEqual([]);
  });

  afterAll(async () => {
    await owner?.close();
    await world.stop();
  });

  inBrowser(
    'signs in by the one-time link and sets up a passkey',
    async () => {
      owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile });
      await owner.plugInAuthenticator();
      began = performance.now();
      await owner.page.goto(String(stack.file.setupUrl));
      await owner.click('button', 'Set up a passkey');
      await owner.arriveAt('Partners');
      expect(owner.page.url()).not.toContain('#');
    },
    MINUTE,
  );

  inBrowser(
    'creates a partner, its authority, an application, a resource and a grant',
    async () => {
      const visitor = person();
      await visitor.click('link', 'New partner');
      await visitor.fill('Name', 'Screens GmbH');
      await visitor.click('button', 'Create partner');
      await visitor.arriveAt('Screens GmbH');

      await visitor.click('link', 'Add trust anchor');
      await visitor.fill('Certificate of the authority', world.authority.pem);
      await visitor.read('CN=screens CA,O=screens GmbH,C=DE');
      await visitor.click('radio', 'Do not check');
      await visitor.click('button', 'Add trust anchor');
      await visitor.arriveAt('Screens GmbH');

      await visitor.click('link', 'New application');
      await visitor.fill('Client id', world.clientId);
      await visitor.fill('Subject', world.subject);
      await visitor.click('button', 'Create application');
      await visitor.arriveAt(world.clientId);

      await visitor.click('link', 'Resources & scopes');
      await visitor.click('link', 'New resource');
      await visitor.fill('Audience', world.api);
      await visitor.choose('Provided by', 'Holdfast (holdfast)');
      await visitor.fill('Scopes', 'orders:read orders:write');
      await visitor.click('button', 'Create resource');
      await visitor.read(world.api);

      await visitor.click('link', 'Partners');
      await visitor.click('link', 'Screens GmbH');
      await visitor.click('link', world.clientId);
      await visitor.click('button', 'Add grant');
      await visitor.choose('Resource', world.api);
      await visitor.choose('Scopes', 'orders:read');
      await visitor.page.keyboard.press('Escape');
      await visitor.click('button', 'Add grant');
      await visitor.page.getByRole('button', { name: /^Remove the grant/ }).waitFor();
    },
    MINUTE,
  );

  inBrowser(
    'lets curl get a token with the certificate of the partner, bound to it (RFC 8705 §3)',
    async () => {
      const answer = await world.askForToken();
      expect(answer).toMatchObject({ status: 200, body: { scope: 'orders:read' } });
      token = answer.body['access_token'];
      expect(claimsOf(String(token))).toMatchObject({
        aud: world.api,
        partner: 'screens',
        cnf: { 'x5t#S256': expect.stringMatching(/^[\w-]{43}$/) },
      });
    },
  );

  inBrowser('lets curl call the API that was just registered, with that token', async () => {
    expect(await world.callApi(token)).toEqual({ status: 200, body: { orders: [] } });
  });

  inBrowser(
    'suspends the partner: curl is refused, and the reason stands on the screen',
    async () => {
      const visitor = person();
      await visitor.click('link', 'screens');
      await visitor.click('button', 'Suspend');
      await visitor.click('button', 'Suspend partner');
      await visitor.page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
      expect(await world.refusal()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });

      await visitor.click('link', world.clientId);
      await visitor.read('partner_suspended');
      const seconds = Math.round((performance.now() - began) / 1_000);
      process.stderr.write(`onboarding in the browser: ${visitor.clicks} clicks and fields, ${seconds} s\n`);
    },
    MINUTE,
  );
});
