import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import type { Authority, IssuedCertificate } from '@holdfast/test-pki';
import { makeRoot, toIdentity, uniqueName, validNow } from '../harness/identity.js';
import { Guide } from '../harness/pages.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { requestToken } from '../harness/token-endpoint.js';

const stack = sharedStack();
const SEEN_WITHIN_MS = 3_000;

/** What looks like a public authority: one root, two issuing authorities, certificates for servers only. */
async function publicAuthority(): Promise<{ issuing: Authority; sibling: Authority }> {
  const root = await makeRoot(`CN=${uniqueName('Public Root')},O=Everybody's Trust`);
  const issue = (name: string) =>
    root.issueAuthority({
      subject: `CN=${name},O=Everybody's Trust`,
      extendedKeyUsage: ['serverAuth'],
      pathLength: 0,
      ...validNow(),
    });
  return { issuing: await issue('R1'), sibling: await issue('R2') };
}

describe('the guide to partners with a certificate of a public authority', () => {
  needsPrograms(['bash', 'openssl', 'awk'])(
    'has commands that let exactly that certificate in, move the partner on, and end the exception',
    async () => {
      const acme = uniqueName('acme');
      const dns = `orders.${acme}.example`;
      const { issuing, sibling } = await publicAuthority();
      const serverOf = (issuer: Authority, name = dns): Promise<IssuedCertificate> =>
        issuer.issue({
          subject: `CN=${name}`,
          san: { dns: [name] },
          extendedKeyUsage: ['serverAuth'],
          ...validNow(),
        });
      const leaf = await serverOf(issuing);
      const ownRoot = await makeRoot(`CN=${acme} own root`);
      const own = await ownRoot.issue({
        subject: `CN=${dns}`,
        san: { dns: [dns] },
        extendedKeyUsage: ['clientAuth'],
        ...validNow(),
      });
      const guide = new Guide('docs/guides/public-ca.md', stack, {
        acme,
        'https://localhost:7420': stack.orders,
      });
      const files = {
        'chain.pem': leaf.pem + issuing.pem,
        'orders.key.pem': leaf.privateKeyPem,
        'own-ca.pem': ownRoot.pem,
        'own.pem': own.pem,
        'own.key.pem': own.privateKeyPem,
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(guide.directory, name), text);
      const ask = async (certificate: IssuedCertificate, ...issuers: IssuedCertificate[]): Promise<number> =>
        (
          await requestToken(stack, {
            clientId: `${acme}-orders`,
            identity: toIdentity(certificate, ...issuers),
          })
        ).status;

      expect(await guide.paste()).toContain('TLS Web Server Authentication');
      await guide.paste();
      // The next block begins with a process that takes longer than the registry needs.
      expect(await guide.paste()).toContain('{"orders":[]}');
      expect(await ask(await serverOf(sibling), sibling)).toBe(401);
      expect(await ask(await serverOf(issuing, `www.${acme}.example`), issuing)).toBe(401);
      expect(await guide.paste()).toContain(`${acme}-public`);
      await guide.paste();
      expect(await guide.paste()).toContain('{"orders":[]}');
      expect(await ask(leaf, issuing)).toBe(200);
      await guide.paste();
      const deadline = performance.now() + SEEN_WITHIN_MS;
      while ((await ask(leaf, issuing)) === 200 && performance.now() < deadline) await delay(50);
      expect(await ask(leaf, issuing)).toBe(401);
      expect(await ask(own)).toBe(200);
      expect(guide.left).toBe(0);
    },
    120_000,
  );
});
