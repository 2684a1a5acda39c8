import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import type { IssuedCertificate } from '@holdfast/test-pki';
import { issueLeaf, makeRoot, makeSelfSigned, thumbprintOf, uniqueName } from '../harness/identity.js';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, type GivenFile, type Visitor } from './visitor.js';

const MINUTE = 60_000;
const withinMinute = needsPrograms(BROWSER_PROGRAMS);
const withOpenssl = needsPrograms([...BROWSER_PROGRAMS, 'openssl']);
const inBrowser = (name: string, work: () => Promise<void>) => withinMinute(name, work, MINUTE);
const KEY_BLOCK = '-----BEGIN PRIVATE KEY-----';

/** One owner, who pins a certificate of a demo partner again and again, and each time gives it in another way. */
describe('a certificate given on the screen', () => {
  let owner: Visitor;
  let leaf: IssuedCertificate;
  /** Everything that the page sent since it was opened. */
  let sent: string[];

  beforeAll(async () => {
    owner = await signedInOwner(sharedStack());
    owner.page.on('request', (request) => sent.push(request.postData() ?? ''));
  }, MINUTE);
  beforeEach(async () => {
    sent = [];
    // A certificate is registered once.
    leaf = await makeSelfSigned(`CN=${uniqueName('pinned')},O=Acme Ltd,C=SE`);
    await owner.visit('/partners/acme/new-application');
    await owner.click('radio', 'Pin certificate');
  });
  afterAll(() => owner.close());

  const submit = () => owner.page.getByRole('button', { name: 'Create application' });
  const register = async (): Promise<void> => {
    await owner.fill('Client id', uniqueName('given'));
    await submit().click();
    await owner.read(thumbprintOf(leaf));
    await owner.page.getByRole('heading', { level: 2, name: 'Grants' }).waitFor();
    expect(owner.problems).toEqual([]);
  };

  const WAYS: readonly (readonly [string, (file: GivenFile) => Promise<void>])[] = [
    ['dropped', (file) => owner.drop(file)],
    ['picked', (file) => owner.pick('Choose file', file)],
  ];
  for (const [how, give] of WAYS) {
    inBrowser(`is read and registered when ${how} as PEM`, async () => {
      await give({ name: 'client.pem', content: leaf.pem });
      await owner.read(thumbprintOf(leaf));
      await register();
    });

    inBrowser(`is read and registered when ${how} as DER`, async () => {
      await give({ name: 'client.der', content: leaf.der });
      await owner.read(`client.der (binary, ${leaf.der.length} bytes)`);
      await owner.read(thumbprintOf(leaf));
      await register();
    });
  }

  inBrowser('is found in a bundle, with its issuer, whatever stands around it', async () => {
    const root = await makeRoot('CN=Bundle CA,O=Acme Ltd,C=SE');
    const issued = await issueLeaf(root, 'CN=bundled,O=Acme Ltd,C=SE');
    await owner.drop({ name: 'bundle.pem', content: `Bag Attributes\n${root.pem}\n# leaf\n${issued.pem}` });
    await owner.read(thumbprintOf(issued));
    await owner.read('Issued by CN=Bundle CA,O=Acme Ltd,C=SE');
    expect(owner.problems).toEqual([]);
  });

  withOpenssl(
    'is taken out of a PKCS#7 bundle',
    async () => {
      const content = await openssl(['crl2pkcs7', '-nocrl', '-certfile'], leaf.pem);
      await owner.drop({ name: 'client.p7b', content });
      await owner.read(thumbprintOf(leaf));
      await register();
    },
    MINUTE,
  );

  withOpenssl(
    'is not there yet in a request, whose contents and way are shown',
    async () => {
      const args = ['req', '-new', '-subj', '/O=Acme/CN=asked', '-key'];
      const content = await openssl(args, leaf.privateKeyPem);
      await owner.drop({ name: 'client.csr.pem', content });
      await owner.page.getByRole('region', { name: 'What the request asks for' }).waitFor();
      await owner.read('CN=asked,O=Acme');
      const [check] = await owner.page.locator('[data-code=NOT_A_CERTIFICATE]').allInnerTexts();
      expect(check).toMatch(/certificate signing request[^]*Send it to your certification authority/);
      expect(await submit().isDisabled()).toBe(true);
      expect(owner.problems).toEqual([]);
    },
    MINUTE,
  );

  const webKey = (): object => ({
    ...createPublicKey(leaf.pem).export({ format: 'jwk' }),
    kid: 'k1',
    x5c: [Buffer.from(leaf.der).toString('base64')],
  });

  inBrowser('is taken out of a JWK Set (RFC 8705 §2.2)', async () => {
    await owner.drop({ name: 'client.jwks.json', content: JSON.stringify({ keys: [webKey()] }) });
    await owner.read(thumbprintOf(leaf));
    await register();
  });

  inBrowser('is missed in a JWK Set whose key has none, and the key is named', async () => {
    const bare = { ...webKey(), x5c: undefined };
    await owner.drop({ name: 'client.jwks.json', content: JSON.stringify({ keys: [bare] }) });
    await owner.page.locator('[data-code=JWK_NO_CERTIFICATE]').waitFor();
    expect(await owner.page.locator('[data-code=JWK_NO_CERTIFICATE]').innerText()).toContain('kid "k1"');
    expect(await submit().isDisabled()).toBe(true);
    expect(owner.problems).toEqual([]);
  });

  const KEYS: readonly (readonly [string, () => GivenFile])[] = [
    ['PEM', () => ({ name: 'client.key.pem', content: leaf.privateKeyPem })],
    ['DER', () => ({ name: 'client.key', content: bodyOf(leaf.privateKeyPem) })],
    ['PEM, beside its certificate', () => ({ name: 'all.pem', content: leaf.pem + leaf.privateKeyPem })],
  ];
  for (const [form, file] of KEYS) {
    inBrowser(
      `is refused as a private key when one is dropped (${form}), and nothing is sent (AW-24)`,
      async () => {
        await owner.drop(file());
        await owner.page.locator('[data-code=PRIVATE_KEY_PRESENT]').waitFor();
        await owner.read('The field was emptied.');
        expect(await owner.page.getByRole('textbox', { name: 'Certificate' }).inputValue()).toBe('');
        await owner.page.waitForLoadState('networkidle');
        const body = bodyOf(leaf.privateKeyPem).toString('base64').slice(0, 40);
        expect(sent.filter((text) => text.includes(body) || text.includes(KEY_BLOCK))).toEqual([]);
        expect(await owner.page.content()).not.toContain(body);
        expect(owner.problems).toEqual([]);
      },
    );
  }

  const WRONG: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['garbage', 'no certificate at all', /certificate/i],
    ['binary garbage', Uint8Array.from({ length: 300 }, (_, index) => (index * 7) % 256), /certificate/i],
    ['a web page', '<!doctype html><html><body>Sign in</body></html>', /This is a web page/],
    ['a certificate that was cut off', '-----BEGIN CERTIFICATE-----\nMIIB\n', /.{20}/],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me@host', /This is an SSH key/],
  ];
  for (const [what, content, says] of WRONG) {
    inBrowser(`is missed in words when ${what} was dropped, and cannot be sent`, async () => {
      await owner.drop({ name: 'file', content });
      const check = owner.page.locator('.checks li:not([data-level=ok])').first();
      await check.waitFor();
      expect(await check.innerText()).toMatch(says);
      await owner.read('First mend the error above.');
      expect(await submit().isDisabled()).toBe(true);
      expect(owner.problems).toEqual([]);
    });
  }
});

/** What openssl writes when its last argument is a file with this text. */
async function openssl(args: readonly string[], text: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-given-'));
  try {
    const file = join(directory, 'file.pem');
    writeFileSync(file, text);
    return (await runProgram('openssl', [...args, file])).stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function bodyOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}
