import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { AppProcess } from '../harness/app-process.js';
import { beside } from '../harness/beside.js';
import { makeRoot, uniqueName, validNow } from '../harness/identity.js';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { inviteOwner } from '../harness/owner.js';
import { BROWSER_PROGRAMS, Visitor, type VisitorOptions } from './visitor.js';

const inBrowser = needsPrograms(BROWSER_PROGRAMS);
const MINUTE = 60_000;

/** Another admin app of the stack, for people, under a name of its own. */
interface Entrance {
  readonly origin: string;
  readonly app: AppProcess;
}

describe('the entrance', () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-entrance-'));
  const opened: Entrance[] = [];
  let visitor: Visitor | undefined;

  afterAll(async () => {
    await visitor?.close();
    for (const { app } of opened) await app.stop();
    rmSync(directory, { recursive: true });
  });

  const openEntrance = async (host: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { application, port } = await beside(sharedStack(), 'admin');
    const peoplePort = port - 11;
    const origin = `https://${host}:${peoplePort}`;
    const people = { PEOPLE_URL: origin, PEOPLE_PORT: String(peoplePort) };
    const app = await AppProcess.start(
      { ...application, env: { ...application.env, ...people, ...env } },
      directory,
    );
    opened.push({ origin, app });
    return origin;
  };
  const arrive = async (options: VisitorOptions): Promise<Visitor> => {
    await visitor?.close();
    visitor = await Visitor.open(options);
    return visitor;
  };
  const linkTo = (origin: string): string =>
    `${origin}/welcome${new URL(inviteOwner(sharedStack(), uniqueName('entrance'))).hash}`;

  describe('in production', () => {
    let origin: string;
    const caFile = join(directory, 'ca.pem');

    beforeAll(async () => {
      const root = await makeRoot('CN=Company CA,O=Company');
      const server = await root.issue({
        subject: 'CN=localhost',
        san: { dns: ['localhost'] },
        extendedKeyUsage: ['serverAuth'],
        ...validNow(),
      });
      writeFileSync(caFile, root.pem);
      const files = {
        TLS_CERTIFICATE_FILE: join(directory, 'server.pem'),
        TLS_PRIVATE_KEY_FILE: join(directory, 'server.key'),
      };
      writeFileSync(files.TLS_CERTIFICATE_FILE, server.pem + root.pem);
      writeFileSync(files.TLS_PRIVATE_KEY_FILE, server.privateKeyPem, { mode: 0o600 });
      origin = await openEntrance('localhost', { HOLDFAST_MODE: 'production', ...files });
    }, MINUTE);

    inBrowser(
      'lets the session of a link set up a passkey, and do nothing else',
      async () => {
        const owner = await arrive({ origin, caFile });
        await owner.plugInAuthenticator();
        await owner.page.goto(linkTo(origin));
        await owner.arriveAt(/^Welcome, entrance-/);
        await owner.read('Without a passkey nothing else can be done here.');
        expect(await owner.page.getByRole('link').count()).toBe(0);
        expect(await owner.accessibilityViolations()).toEqual([]);
        for (const path of ['/partners', '/account', '/audit']) {
          await owner.visit(path);
          await owner.arriveAt(/^Welcome, entrance-/);
        }
        for (const path of ['/api/v1/partners', '/api/v1/audit', '/auth/passkeys'])
          expect([path, await owner.page.evaluate(`fetch('${path}').then(({ status }) => status)`)]).toEqual([
            path,
            403,
          ]);
        await owner.click('button', 'Set up a passkey');
        await owner.arriveAt('Partners');
        expect(await owner.page.evaluate(`fetch('/api/v1/partners').then(({ status }) => status)`)).toBe(200);
        expect(owner.problems).toEqual([]);
      },
      MINUTE,
    );
  });

  describe('where no passkey can be made', () => {
    inBrowser(
      'says that an IP address is not enough, and lets one in without in development',
      async () => {
        const origin = await openEntrance('127.0.0.1');
        const owner = await arrive({ origin, caFile: sharedStack().file.caFile });
        await owner.page.goto(linkTo(origin));
        await owner.read('Passkeys need a host name, such as localhost.');
        expect(await owner.page.getByRole('button', { name: 'Set up a passkey' }).count()).toBe(0);
        expect(await owner.accessibilityViolations()).toEqual([]);
        await owner.click('link', 'Go on without a passkey');
        await owner.arriveAt('Partners');
        expect(owner.problems).toEqual([]);
      },
      MINUTE,
    );

    inBrowser(
      'says that the development CA is not trusted, on a host name that is not localhost',
      async () => {
        const hostName = 'holdfast.test';
        const origin = await openEntrance(hostName);
        // None of the virtual authenticators: with one plugged in, Chromium does not look at the certificate.
        const owner = await arrive({ origin, hostName });
        await owner.acceptWarning(linkTo(origin));
        await owner.click('button', 'Set up a passkey');
        await owner.read('The browser does not trust the certificate of this page');
        expect(await owner.accessibilityViolations()).toEqual([]);
        await owner.click('link', 'Go on without a passkey');
        await owner.arriveAt('Partners');
        expect(owner.problems).toEqual([]);
      },
      MINUTE,
    );
  });
});
