import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { makeSelfSigned, thumbprintOf, uniqueName } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerPartner, registerPinnedClient, type PinnedClient } from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { requestToken, tokenOf } from '../harness/token-endpoint.js';
import { signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, type Visitor } from './visitor.js';

const inBrowser = needsPrograms(BROWSER_PROGRAMS);
const MINUTE = 60_000;
/** What the screens of requests and audit ask for at once. */
const PAGE = 50;

describe('what is registered, on the screen', () => {
  let owner: Visitor;
  let operator: Operator;
  let client: PinnedClient;

  beforeAll(async () => {
    operator = new Operator(sharedStack());
    client = await registerPinnedClient(operator, await registerPartner(operator, 'screens'));
    owner = await signedInOwner(sharedStack());
  }, MINUTE);
  afterEach(async () => {
    owner.expectsOutage = false;
    await owner.page.unrouteAll();
    expect(owner.problems.splice(0)).toEqual([]);
  });
  afterAll(() => owner.close());

  const rows = () => owner.page.locator('table.rows tbody tr');
  const button = (name: string | RegExp) => owner.page.getByRole('button', { name });
  const dialog = (name: string) => owner.page.getByRole('dialog').getByRole('button', { name });

  inBrowser(
    'comes page by page, and Load more goes away after the last',
    async () => {
      for (let count = 0; count < PAGE + 5; count += 1) await requestToken(operator.stack, client);
      await owner.visit(`/requests?client=${client.clientId}`);
      await button('Load more').waitFor();
      expect(await rows().count()).toBe(PAGE);
      await button('Load more').click();
      await button('Load more').waitFor({ state: 'detached' });
      expect(await rows().count()).toBeGreaterThan(PAGE + 4);
    },
    MINUTE,
  );

  inBrowser(
    'is filtered by the server: requests by their outcome, over all pages',
    async () => {
      await requestToken(operator.stack, client, [['scope', 'not:granted']]);
      for (let count = 0; count < PAGE; count += 1) await requestToken(operator.stack, client);
      await owner.visit(`/requests?client=${client.clientId}`);
      await rows().first().waitFor();
      await owner.page.getByRole('radiogroup', { name: 'Outcome' }).getByText('refused').click();
      await owner.page.waitForURL(/outcome=refused/);
      await owner.read('scope_not_granted');
      await owner.page.locator('.status[data-tone=good]').first().waitFor({ state: 'detached' });
      expect(new Set(await owner.page.locator('.rows .status').allInnerTexts())).toEqual(
        new Set(['refused']),
      );
      await owner.read(`npx holdfast audit requests --client ${client.clientId} --outcome refused`);
    },
    MINUTE,
  );

  inBrowser(
    'is renamed: a partner keeps its id, and a change meanwhile is not overwritten',
    async () => {
      await owner.visit(`/partners/${client.partner}`);
      await button('Rename').click();
      await owner.fill(/^Name$/, 'Renamed Ltd');
      await dialog('Rename').click();
      await owner.arriveAt('Renamed Ltd');
      await owner.read(client.partner);

      await button('Rename').click();
      await owner.fill(/^Name$/, '');
      await dialog('Rename').click();
      await owner.read(/This has to be put right/);
      expect(await owner.accessibilityViolations()).toEqual([]);
      const { headers } = await operator.call('GET', `partners/${client.partner}`);
      await operator.call('PATCH', `partners/${client.partner}`, { name: 'Elsewhere Ltd' }, [
        ['If-Match', String(headers['etag'])],
      ]);
      await owner.fill(/^Name$/, 'Too late Ltd');
      await dialog('Rename').click();
      await owner.read(/changed by somebody else/);
      await dialog('Cancel').click();
      await owner.arriveAt('Elsewhere Ltd');
    },
    MINUTE,
  );

  inBrowser(
    'rotates: a second certificate is added, both work, the first is retired',
    async () => {
      const nextSubject = `CN=${uniqueName('next')},O=Acme Ltd,C=SE`;
      const next = await makeSelfSigned(nextSubject);
      const renewed = { ...client, identity: { certificate: next.pem, privateKey: next.privateKeyPem } };
      await owner.visit(`/applications/${client.clientId}`);
      await owner.click('button', 'Add certificate');
      await owner.fill('Certificate', next.pem);
      await owner.read(thumbprintOf(next));
      await owner.click('button', 'Add certificate');
      await button(`Retire ${nextSubject}`).waitFor();
      await tokenOf(operator.stack, renewed);
      await tokenOf(operator.stack, client);

      await button(`Retire ${client.subject}`).click();
      await dialog('Retire for good').click();
      await button(`Retire ${client.subject}`).waitFor({ state: 'detached' });
      expect(await answersUntil(401, () => requestToken(operator.stack, client))).toBe(401);
      expect((await requestToken(operator.stack, renewed)).status).toBe(200);
      client = renewed;
    },
    MINUTE,
  );

  inBrowser(
    'loses a grant: no new token, and the empty list says what a grant is',
    async () => {
      await owner.visit(`/applications/${client.clientId}`);
      await button(/^Remove the grant for/).click();
      await owner.read(/Tokens that are out end within a second/);
      expect(await owner.accessibilityViolations()).toEqual([]);
      await dialog('Remove grant').click();
      await owner.read(/A grant says which API this application may call/);
      expect(await answersUntil(400, () => requestToken(operator.stack, client))).toBe(400);
    },
    MINUTE,
  );

  inBrowser(
    'is awaited, missed and asked for again in words',
    async () => {
      owner.expectsOutage = true;
      let answers: 'nothing' | '503' | 'ours' = 'nothing';
      await owner.page.route('**/api/v1/anchors?*', async (route) => {
        while (answers === 'nothing') await owner.page.waitForTimeout(20);
        if (answers === 'ours') return route.continue();
        return route.fulfill({ status: 503, contentType: 'application/problem+json', body: OUTAGE });
      });
      await owner.visit('/anchors');
      await owner.page.getByRole('status', { name: 'Loading' }).waitFor();
      expect(await owner.accessibilityViolations()).toEqual([]);
      answers = '503';
      await owner.read('The database does not answer; nothing was changed.');
      await owner.read('req_outage');
      expect(await owner.accessibilityViolations()).toEqual([]);
      answers = 'ours';
      await owner.click('button', 'Try again');
      await rows().first().waitFor();
    },
    MINUTE,
  );

  inBrowser(
    'stays typed when the server fails, and is sent again',
    async () => {
      owner.expectsOutage = true;
      const fail = { status: 503, contentType: 'application/problem+json', body: OUTAGE };
      await owner.page.route('**/api/v1/partners', (route) => route.fulfill(fail), { times: 1 });
      const id = uniqueName('typed');
      await owner.visit('/partners/new');
      await owner.fill(/^Name$/, 'Typed once Ltd');
      await owner.fill('Id', id);
      await owner.click('button', 'Create partner');
      await owner.read('The database does not answer; nothing was changed.');
      await owner.click('button', 'Create partner');
      await owner.arriveAt('Typed once Ltd');
    },
    MINUTE,
  );
});

const OUTAGE = JSON.stringify({
  type: 'urn:holdfast:problem:unavailable',
  title: 'The service cannot answer at the moment',
  status: 503,
  code: 'unavailable',
  detail: 'the database does not answer; nothing was changed',
  errors: [],
  request_id: 'req_outage',
});

/** The status once it is the wanted one; the last one if it never is. */
async function answersUntil(wanted: number, ask: () => Promise<{ status: number }>): Promise<number> {
  let { status } = await ask();
  for (let attempt = 0; status !== wanted && attempt < 50; attempt += 1) ({ status } = await ask());
  return status;
}
