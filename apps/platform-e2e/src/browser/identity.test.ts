import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { IssuedCertificate } from '@holdfast/test-pki';
import { makeSelfSigned, thumbprintOf, uniqueName, validNow } from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import { registerPartner, registerPinnedClient, type RegisteredPartner } from '../harness/partners.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, type Visitor } from './visitor.js';

const MINUTE = 60_000;
const withinMinute = needsPrograms(BROWSER_PROGRAMS);
const inBrowser = (name: string, work: () => Promise<void>) => withinMinute(name, work, MINUTE);

/** What an application is recognised by, as it is chosen on the screen (RFC 8705 §2.1.2 and §2.2). */
describe('the identity of a new application', () => {
  const operator = new Operator(sharedStack());
  let owner: Visitor;
  let partner: RegisteredPartner;

  beforeAll(async () => {
    owner = await signedInOwner(sharedStack());
    partner = await registerPartner(operator, 'identity');
  }, MINUTE);
  afterAll(() => owner.close());

  const begin = async (): Promise<string> => {
    const clientId = uniqueName('identity');
    await owner.visit(`/partners/${partner.id}/new-application`);
    await owner.fill('Client id', clientId);
    return clientId;
  };
  const create = async (clientId: string): Promise<unknown> => {
    await owner.click('button', 'Create application');
    await owner.arriveAt(clientId);
    expect(owner.problems).toEqual([]);
    return (await operator.get(`credentials?client=${clientId}`))['items'];
  };

  inBrowser('is any name that a pasted certificate carries, at one click', async () => {
    const clientId = await begin();
    const uri = `spiffe://identity.example/${clientId}`;
    const leaf = await partner.root.issue({
      subject: `CN=${clientId}`,
      san: { uri: [uri], ip: ['2001:db8::7'], email: ['orders@identity.example'] },
      extendedKeyUsage: ['clientAuth'],
      ...validNow(),
    });
    await owner.fill('Certificate to read the name from (optional)', leaf.pem);
    await owner.read('IP address: 2001:db8::7');
    await owner.click('button', `URI: ${uri}`);
    expect(await owner.page.getByRole('textbox', { name: 'URI' }).inputValue()).toBe(uri);
    await owner.read('It has a URI to compare');
    expect(await create(clientId)).toMatchObject([{ kind: 'san_uri', value: uri }]);
    await owner.read(uri);
  });

  inBrowser('is refused at its field with a hint, and keeps what was typed', async () => {
    const clientId = await begin();
    await owner.click('radio', 'IP address');
    await owner.fill('IP address', '192.0.2.0/24');
    await owner.click('button', 'Create application');
    await owner.read('without a prefix length');
    await owner.fill('IP address', '192.0.2.7');
    expect(await create(clientId)).toMatchObject([{ kind: 'san_ip', value: '192.0.2.7' }]);
  });

  inBrowser('is a key where that was chosen, and the screen says so', async () => {
    const clientId = await begin();
    await owner.click('radio', 'Pin certificate');
    await owner.click('radio', 'Any certificate with its key');
    await owner.fill('Certificate', (await makeSelfSigned('CN=identity')).pem);
    await owner.read('SHA-256 of its public key');
    expect(await create(clientId)).toMatchObject([{ kind: 'certificate', match: 'public-key' }]);
    await owner.read('or any other certificate with its public key');
  });

  const keyOf = ({ pem, der }: IssuedCertificate): object => ({
    ...createPublicKey(pem).export({ format: 'jwk' }),
    x5c: [Buffer.from(der).toString('base64')],
  });
  const thumbprintsOf = (credentials: unknown): unknown[] =>
    (credentials as { 'x5t#S256': string }[]).map((credential) => credential['x5t#S256']).sort();

  inBrowser(
    'is all certificates of a JWK Set, and later those of one that are picked (RFC 8705 §2.2)',
    async () => {
      const clientId = await begin();
      const leaves = await Promise.all(
        [1, 2, 3, 4].map((number) => makeSelfSigned(`CN=${clientId}-${number}`)),
      );
      const [first, second, third, fourth] = leaves as [IssuedCertificate, ...IssuedCertificate[]];
      await owner.click('radio', 'Pin certificate');
      await owner.fill('Certificate', JSON.stringify({ keys: [keyOf(first), keyOf(second!)] }));
      await owner.read('2 of the 2 certificates in this JWK Set');
      await owner.read('--jwks client.jwks.json');
      expect(thumbprintsOf(await create(clientId))).toEqual([first, second!].map(thumbprintOf).sort());

      await owner.click('button', 'Add certificate');
      const bare = { ...keyOf(first), x5c: undefined };
      const keys = [keyOf(first), bare, keyOf(third!), keyOf(fourth!)];
      await owner.fill('Certificate', JSON.stringify({ keys }));
      await owner.read('2 of the 3 certificates in this JWK Set');
      expect(await owner.page.getByRole('checkbox', { name: `CN=${clientId}-1` }).isDisabled()).toBe(true);
      await owner.read('is registered already');
      await owner.page.locator('[data-code=JWK_NO_CERTIFICATE]').waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await owner.page.emulateMedia({ colorScheme });
        expect(await owner.accessibilityViolations()).toEqual([]);
      }
      await owner.click('button', 'Add 2 certificates');
      await owner.page.getByRole('button', { name: `Retire CN=${clientId}-4` }).waitFor();
      await owner.click('button', 'Add certificate');
      await owner.fill('Certificate', JSON.stringify({ keys: [keyOf(third!), keyOf(fourth!)] }));
      await owner.read('First pick a certificate above.');
      const { items } = await operator.get(`credentials?client=${clientId}`);
      expect(thumbprintsOf(items)).toEqual(leaves.map(thumbprintOf).sort());
      expect(owner.problems).toEqual([]);
    },
  );

  inBrowser('keeps what was added of a JWK Set before one was refused, and says which that is', async () => {
    const elsewhere = await registerPinnedClient(operator, partner);
    const clientId = await begin();
    const own = await makeSelfSigned(`CN=${clientId}`);
    const next = await makeSelfSigned(`CN=${clientId}-next`);
    await owner.click('radio', 'Pin certificate');
    await owner.fill('Certificate', own.pem);
    await create(clientId);
    await owner.click('button', 'Add certificate');
    await owner.fill('Certificate', JSON.stringify({ keys: [keyOf(next), keyOf(elsewhere.leaf)] }));
    await owner.click('button', 'Add 2 certificates');
    await owner.read(`certificate ${thumbprintOf(elsewhere.leaf)}`);
    await owner.read('1 of the 2 certificates in this JWK Set');
    const { items } = await operator.get(`credentials?client=${clientId}`);
    expect(thumbprintsOf(items)).toEqual([own, next].map(thumbprintOf).sort());
  });

  inBrowser('is the address of a key set where that was chosen; the page says what was fetched', async () => {
    const clientId = await begin();
    const address = 'Address of the JWK Set';
    await owner.click('radio', 'Pin certificate');
    await owner.click('radio', 'A JWK Set that the partner publishes (jwks_uri)');
    expect(await owner.accessibilityViolations()).toEqual([]);
    await owner.fill(address, 'http://keys.identity.example/jwks.json');
    await owner.click('button', 'Create application');
    await owner.read('the scheme of the address is not one that may be fetched');
    const url = `https://keys.${clientId}.example/jwks.json`;
    await owner.fill(address, url);
    expect(await create(clientId)).toMatchObject([{ kind: 'jwks_uri', url }]);
    await owner.read(url);
    await owner.read('Nothing was fetched yet, so no certificate counts.');
    // The name leads nowhere: the page shows why, without being loaded again.
    await owner.read('not fetched');
    await owner.read(/host_unresolved/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await owner.page.emulateMedia({ colorScheme });
      expect(await owner.accessibilityViolations()).toEqual([]);
    }
    await owner.page.setViewportSize({ width: 400, height: 800 });
    const overflow = await owner.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await owner.page.setViewportSize({ width: 1280, height: 800 });
  });
});
