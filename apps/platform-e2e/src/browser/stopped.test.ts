import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Authority } from '@holdfast/test-pki';
import { issueLeaf, makeSelfSigned, thumbprintOf, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerNamedClient,
  registerPartner,
  registerPinnedClient,
  type NamedClient,
} from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { requestToken, tokenOf, toOrders, withToken, type PartnerClient } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';
import { exchange } from '../harness/wire.js';
import { signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, type Visitor } from './visitor.js';

const MINUTE = 60_000;
const withinMinute = needsPrograms(BROWSER_PROGRAMS);
const inBrowser = (name: string, work: () => Promise<void>) => withinMinute(name, work, MINUTE);
const FIELD = 'Certificate or thumbprint';

/** A partner that calls the sample API, and an owner who stops it on the screens. */
describe('what is stopped, on the screens', () => {
  const stack = sharedStack();
  const operator = new Operator(stack);
  let owner: Visitor;
  let caller: NamedClient;
  let root: Authority;

  beforeAll(async () => {
    const partner = await registerPartner(operator, 'stopped');
    root = partner.root;
    caller = await registerNamedClient(operator, partner);
    owner = await signedInOwner(stack);
  }, MINUTE);
  afterAll(() => owner?.close());

  const confirm = (name: string) => owner.page.getByRole('dialog').getByRole('button', { name }).click();
  const rowOf = (text: string) => owner.page.locator('table.rows tbody tr', { hasText: text });
  /** By the sample API, which follows the deny feed. */
  const isAnswered =
    (status: number, token: string, { identity }: PartnerClient = caller) =>
    async (): Promise<boolean> =>
      (await exchange(toOrders(stack, identity), withToken(token))).status === status;
  /** Neither axe nor the width of a telephone finds anything, in light and dark. */
  const isPresentable = async (): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await owner.page.emulateMedia({ colorScheme });
      expect(await owner.accessibilityViolations()).toEqual([]);
    }
    await owner.page.setViewportSize({ width: 400, height: 900 });
    const overflow = await owner.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await owner.accessibilityViolations()).toEqual([]);
    await owner.page.setViewportSize({ width: 1280, height: 900 });
    await owner.page.emulateMedia({ colorScheme: 'light' });
    expect(owner.problems).toEqual([]);
  };

  inBrowser(
    'block a certificate: refused everywhere within a second, the reason is on the screen, and unblocked it works again (R-10)',
    async () => {
      const token = await tokenOf(stack, caller);
      await within(5_000, isAnswered(200, token));
      const thumbprint = thumbprintOf(caller.leaf);

      await owner.visit('/stopped/block');
      await owner.read('First give a certificate or its thumbprint.');
      await owner.fill(FIELD, caller.leaf.pem);
      await owner.read(`Its Subject ${caller.subject} is registered under`);
      await owner.read(`${caller.partner}-ca vouches for this certificate.`);
      await owner.fill('Why (optional)', 'laptop stolen');
      const note = "--note 'laptop stolen'";
      const words = thumbprint.startsWith('-') ? `${note} -- ${thumbprint}` : `${thumbprint} ${note}`;
      await owner.read(`npx holdfast certificate block ${words}`);
      await isPresentable();
      await owner.click('button', 'Block certificate');
      await owner.read('Nobody gets a token with it');
      expect(await owner.accessibilityViolations()).toEqual([]);
      await confirm('Block it');
      await within(1_000, isAnswered(401, token));
      const refused = await requestToken(stack, caller);
      expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });

      await owner.arriveAt('Stopped');
      await rowOf(thumbprint).getByText('laptop stolen').waitFor();
      await isPresentable();
      await owner.visit(`/audit?client=${caller.clientId}`);
      await owner.read('certificate_blocked');
      await owner.visit(`/requests?client=${caller.clientId}`);
      await owner.read('certificate_blocked');

      await owner.visit('/stopped');
      await owner.click('button', `Unblock ${thumbprint}`);
      await confirm('Unblock certificate');
      await within(1_000, isAnswered(200, token));
      expect((await requestToken(stack, caller)).status).toBe(200);
      await rowOf(thumbprint).waitFor({ state: 'detached' });
      expect(owner.problems).toEqual([]);
    },
  );

  inBrowser('say whose certificate a thumbprint is, and that it is blocked already', async () => {
    const pinned = await registerPinnedClient(operator, await registerPartner(operator, 'stopped'));
    const hex = Buffer.from(thumbprintOf(pinned.leaf), 'base64url').toString('hex');
    const withColons = hex.toUpperCase().match(/../g)!.join(':');
    await owner.visit('/stopped/block');
    await owner.fill(FIELD, `sha256 Fingerprint=${withColons}`);
    await owner.read('It is pinned.');
    await owner.page.getByRole('link', { name: pinned.clientId }).waitFor();
    await operator.post('certificate-blocks', { 'x5t#S256': thumbprintOf(pinned.leaf) });
    await owner.visit('/stopped/block');
    await owner.fill(FIELD, thumbprintOf(pinned.leaf));
    await owner.read('It is blocked already');
    await owner.page.getByRole('link', { name: 'See what is stopped' }).click();
    await rowOf(thumbprintOf(pinned.leaf)).getByRole('link', { name: pinned.clientId }).waitFor();
    await operator.call('DELETE', `certificate-blocks/${thumbprintOf(pinned.leaf)}`);
  });

  inBrowser(
    'say that a certificate only carries the name of an application, of another authority',
    async () => {
      const imitated = await makeSelfSigned(caller.subject);
      await owner.visit('/stopped/block');
      await owner.fill(FIELD, imitated.pem);
      await owner.read(`Its Subject ${caller.subject} is registered under`);
      await owner.read(`${caller.partner}-ca does not vouch for this certificate now: no path leads`);
      await isPresentable();
    },
  );

  inBrowser('see that an anchor vouches by way of an intermediate that was pasted, too', async () => {
    const issuing = await root.issueAuthority({ subject: 'CN=Issuing CA', ...validNow() });
    const { pem } = await issueLeaf(issuing, caller.subject);
    await owner.visit('/stopped/block');
    await owner.fill(FIELD, pem);
    await owner.read('If its server sends intermediate certificates, add them here.');
    await owner.fill(FIELD, pem + issuing.pem);
    await owner.read(`${caller.partner}-ca vouches for this certificate.`);
  });

  inBrowser('say that a certificate is nobody’s, and take a file with it all the same', async () => {
    const stranger = await makeSelfSigned(`CN=${uniqueName('stranger')}`);
    await owner.visit('/stopped/block');
    await owner.drop({ name: 'stranger.der', content: stranger.der });
    await owner.read('No application is registered with this certificate');
    expect(await owner.page.getByRole('button', { name: 'Block certificate' }).isEnabled()).toBe(true);
    await owner.fill(FIELD, 'no certificate at all');
    await owner.page.locator('.checks li').first().waitFor();
    expect(await owner.page.getByRole('button', { name: 'Block certificate' }).isDisabled()).toBe(true);
    expect(owner.problems).toEqual([]);
  });

  inBrowser('empty the field when a private key was pasted, and send nothing of it (AW-24)', async () => {
    const sent: string[] = [];
    owner.page.on('request', (request) => sent.push(request.postData() ?? ''));
    await owner.visit('/stopped/block');
    await owner.fill(FIELD, caller.leaf.pem + caller.leaf.privateKeyPem);
    await owner.page.locator('[data-code=PRIVATE_KEY_PRESENT]').waitFor();
    expect(await owner.page.getByRole('textbox', { name: FIELD }).inputValue()).toBe('');
    await owner.page.waitForLoadState('networkidle');
    expect(sent.filter((text) => text.includes('PRIVATE KEY'))).toEqual([]);
  });

  inBrowser(
    'tell revoking from retiring, and list the revoked certificate with its application',
    async () => {
      const client = await registerPinnedClient(operator, await registerPartner(operator, 'stopped'));
      const token = await tokenOf(stack, client);
      await within(1_000, isAnswered(200, token, client));
      await owner.visit(`/applications/${client.clientId}`);
      await owner.click('button', `Retire ${client.subject}`);
      await owner.read(/work on until they end/);
      await confirm('Cancel');
      await owner.click('button', `Revoke ${client.subject}`);
      await owner.read('The tokens that it has got stop, too.');
      await isPresentable();
      await confirm('Revoke for good');
      await within(1_000, isAnswered(401, token, client));
      await owner.visit('/stopped');
      const row = rowOf(thumbprintOf(client.leaf));
      await row.getByText('Its credential was revoked').waitFor();
      expect(await row.getByRole('button', { name: /Unblock/ }).count()).toBe(0);
      await row.getByRole('link', { name: client.clientId }).waitFor();
    },
  );

  inBrowser('list who is suspended, with the way to resume it', async () => {
    await operator.post(`clients/${caller.clientId}/suspend`);
    await owner.visit('/stopped');
    await rowOf(caller.clientId).getByText('Suspended: it neither gets nor uses a token.').waitFor();
    await rowOf(caller.clientId).getByRole('link', { name: caller.clientId }).click();
    await owner.arriveAt(caller.clientId);
    await owner.click('button', 'Resume');
    await confirm('Resume application');
    await owner.page.getByRole('button', { name: 'Suspend', exact: true }).waitFor();
  });

  inBrowser('suspend and resume a trust anchor, whose applications stop with it', async () => {
    const token = await tokenOf(stack, caller);
    const anchor = `${caller.partner}-ca`;
    await owner.visit(`/partners/${caller.partner}`);
    await owner.click('button', `Suspend ${anchor}`);
    await owner.read('It vouches for nobody.');
    await confirm('Suspend trust anchor');
    await within(1_000, isAnswered(401, token));
    await owner.page.getByRole('button', { name: `Resume ${anchor}` }).waitFor();
    await isPresentable();
    await owner.visit('/stopped');
    await rowOf(`anchor ${anchor}`).getByText('A trust anchor was suspended').waitFor();
    await owner.visit('/anchors');
    await owner.click('button', `Resume ${anchor}`);
    await confirm('Resume trust anchor');
    await within(1_000, isAnswered(200, token));
  });

  inBrowser('cannot be shown while the server fails, and can be asked again', async () => {
    owner.expectsOutage = true;
    await owner.page.route('**/api/v1/deny-entries*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await owner.visit('/stopped');
    await owner.page.getByRole('button', { name: 'Try again' }).waitFor({ timeout: 20_000 });
    await owner.page.unrouteAll();
    await owner.click('button', 'Try again');
    await owner.page.locator('table.rows, .empty').first().waitFor();
    owner.expectsOutage = false;
  });
});
