import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import { createAuthority, type Authority, type IssuedCertificate } from '@holdfast/test-pki';
import { needsPrograms, runProgram } from '../harness/programs.js';
import { sharedStack, type StackUnderTest } from '../harness/stack-under-test.js';
import { BROWSER_PROGRAMS, Visitor } from './visitor.js';

const DAY = 86_400_000;
const YEAR = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 365 * DAY) };
const API = 'https://api.screens.example';
const MINUTE = 60_000;

/** One owner at one browser, from the one-time link on: the tests below follow each other. */
describe('a partner onboarded in the browser', () => {
  const inBrowser = needsPrograms([...BROWSER_PROGRAMS, 'curl']);
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-screens-'));
  let stack: StackUnderTest;
  let owner: Visitor | undefined;
  let authority: Authority;
  let partner: IssuedCertificate;
  let began: number;

  const person = (): Visitor => {
    if (owner === undefined) throw new Error('the browser is not open: an earlier test failed');
    return owner;
  };

  beforeAll(async () => {
    stack = sharedStack();
    authority = await createAuthority({ subject: 'CN=Screens CA,O=Screens GmbH,C=DE', ...YEAR });
    partner = await authority.issue({
      subject: 'CN=screens-server,O=Screens GmbH,C=DE',
      extendedKeyUsage: ['clientAuth'],
      ...YEAR,
    });
    writeFileSync(join(directory, 'client.pem'), partner.pem);
    writeFileSync(join(directory, 'client.key.pem'), partner.privateKeyPem, { mode: 0o600 });
  });

  afterEach(() => {
    const seen = owner?.problems.splice(0);
    expect(seen ?? []).toEqual([]);
  });

  afterAll(async () => {
    await owner?.close();
    rmSync(directory, { recursive: true });
  });

  /** curl as the partner runs it. */
  async function curl(...args: string[]): Promise<{ status: number; body: Record<string, unknown> }> {
    const own = ['--cert', 'client.pem', '--key', 'client.key.pem', '--cacert', stack.file.caFile];
    const { stdout } = await runProgram(
      'curl',
      ['-sS', '--max-time', '10', '-w', '\n%{http_code}', ...own, ...args],
      { cwd: directory },
    );
    const [body = '', status = ''] = stdout.split(/\n(?=\d{3}$)/);
    return { status: Number(status), body: JSON.parse(body) as Record<string, unknown> };
  }
  const askForToken = () =>
    curl('-d', 'grant_type=client_credentials', '-d', 'client_id=screens-server', stack.file.tokenEndpoint);

  inBrowser(
    'signs in by the one-time link and sets up a passkey',
    async () => {
      owner = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile });
      await owner.plugInAuthenticator();
      began = performance.now();
      await owner.page.goto(String(stack.file.setupUrl));
      await owner.click('button', 'Set up a passkey');
      await owner.page.getByRole('heading', { level: 1, name: 'Partners' }).waitFor();
      expect(owner.page.url()).not.toContain('#');
    },
    MINUTE,
  );

  inBrowser(
    'creates a partner, its authority, an application, a resource and a grant',
    async () => {
      const { page } = person();
      await person().click('link', 'New partner');
      await person().fill('Name', 'Screens GmbH');
      await person().fill(/^Id/, 'screens');
      await person().click('button', 'Create partner');
      await page.getByRole('heading', { level: 1, name: 'Screens GmbH' }).waitFor();

      await person().click('link', 'Add trust anchor');
      await person().fill(/^Id/, 'screens-ca');
      await person().fill('Certificate of the authority', authority.pem);
      await page.getByText('CN=Screens CA,O=Screens GmbH,C=DE').first().waitFor();
      await person().click('button', 'Add trust anchor');
      await page.getByRole('heading', { level: 1, name: /Screens GmbH|Trust anchors/ }).waitFor();

      await person().visit('/partners/screens/new-application');
      await person().fill('Client id', 'screens-server');
      await page
        .getByLabel(/^Subject/)
        .last()
        .fill('CN=screens-server,O=Screens GmbH,C=DE');
      await person().click('button', 'Create application');
      await page.getByRole('heading', { level: 1, name: 'screens-server' }).waitFor();

      await person().visit('/resources/new');
      await person().fill(/^Audience/, API);
      await choose('Provided by', 'Holdfast (holdfast)');
      await person().fill(/^Scopes/, 'things:read things:write');
      await person().click('button', 'Create resource');
      await page.getByText(API).first().waitFor();

      await person().visit('/applications/screens-server');
      await person().click('button', 'Add grant');
      await choose('Resource', API);
      await choose('Scopes', 'things:read');
      await page.keyboard.press('Escape');
      await person().click('button', 'Add grant');
      await page.getByText('things:read').first().waitFor();
    },
    MINUTE,
  );

  inBrowser(
    'lets curl get a token with the certificate of the partner, bound to it (RFC 8705 §3)',
    async () => {
      const answer = await askForToken();
      expect(answer).toMatchObject({ status: 200, body: { scope: 'things:read' } });
      const [, claims = ''] = String(answer.body['access_token']).split('.');
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
        aud: API,
        partner: 'screens',
        cnf: {},
      });
    },
  );

  inBrowser(
    'suspends the partner: curl is refused, and the reason stands on the screen',
    async () => {
      const { page } = person();
      await person().visit('/partners/screens');
      await person().click('button', 'Suspend');
      await person().click('button', 'Suspend partner');
      await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
      let answer = await askForToken();
      for (let attempt = 0; answer.status === 200 && attempt < 20; attempt += 1) answer = await askForToken();
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });

      await person().visit('/applications/screens-server');
      await page.getByText('partner_suspended').first().waitFor();
      const seconds = Math.round((performance.now() - began) / 1_000);
      process.stderr.write(`onboarding in the browser: ${person().clicks} clicks and fields, ${seconds} s\n`);
    },
    MINUTE,
  );

  /** Picks an option of a select by its label. */
  async function choose(label: string, option: string): Promise<void> {
    const { page } = person();
    person().clicks += 2;
    await page
      .getByRole('textbox', { name: label })
      .or(page.getByRole('combobox', { name: label }))
      .first()
      .click();
    await page.getByRole('option', { name: option }).first().click();
  }
});
