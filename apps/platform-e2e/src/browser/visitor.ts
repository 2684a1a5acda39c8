import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** Programs that a browser test needs: the browser, and what makes it trust the development CA. */
export const BROWSER_PROGRAMS = ['chromium', 'certutil'] as const;

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium's own sandbox does not start for root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export interface VisitorOptions {
  /** The origin that is visited; a request to any other is a problem. */
  readonly origin: string;
  /** PEM file of the CA that the browser is made to trust, if any. Certificate errors are never ignored. */
  readonly caFile?: string;
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** A host name that this browser takes for this machine. */
  readonly hostName?: string;
}

/** A file on a page's way in. */
export interface GivenFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A person at a browser of their own. Whatever should not happen on a page is written down in `problems`. */
export class Visitor {
  readonly problems: string[] = [];
  /** Clicks, key presses on controls and fields filled so far. */
  clicks = 0;
  /** Answers 5xx that a test brings about itself; else each one is a problem. */
  expectsOutage = false;

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly home: string,
    private readonly origin: string,
  ) {}

  static async open({
    origin,
    caFile,
    width = 1280,
    colorScheme = 'light',
    hostName,
  }: VisitorOptions): Promise<Visitor> {
    const home = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
    if (caFile !== undefined) trustAuthority(home, caFile);
    const context = await chromium.launchPersistentContext(join(home, 'profile'), {
      executablePath: '/usr/bin/chromium',
      args: hostName === undefined ? FLAGS : [...FLAGS, `--host-resolver-rules=MAP ${hostName} 127.0.0.1`],
      env: { ...process.env, HOME: home } as Record<string, string>,
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(10_000);
    const visitor = new Visitor(page, context, home, origin);
    await visitor.watch();
    return visitor;
  }

  /**
   * An authenticator inside the browser that makes passkeys and confirms the user by itself. Resolves to what unplugs
   * it: another device can be plugged in then.
   */
  async plugInAuthenticator(): Promise<() => Promise<void>> {
    const session = await this.context.newCDPSession(this.page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return async () => void (await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }));
  }

  /** Goes to a page and waits for its heading. */
  async visit(path: string): Promise<void> {
    await this.page.goto(`${this.origin}${path}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /** Waits until everything on the page has been answered. */
  async settle(): Promise<void> {
    await this.page.locator('[role=status][aria-label=Loading]').first().waitFor({ state: 'detached' });
  }

  /** Goes to a page past the warning that its certificate is not trusted, as Chromium lets a person do by typing. */
  async acceptWarning(url: string): Promise<void> {
    await this.page.goto(url).catch(() => undefined);
    await this.page.getByRole('heading', { level: 1, name: 'Your connection is not private' }).waitFor();
    await this.page.keyboard.type('thisisunsafe', { delay: 20 });
    await this.page.waitForURL(`${this.origin}/**`);
  }

  async click(
    role: 'button' | 'link' | 'radio' | 'checkbox' | 'tab' | 'option',
    name: string | RegExp,
  ): Promise<void> {
    this.clicks += 1;
    await this.page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  async fill(label: string | RegExp, text: string): Promise<void> {
    this.clicks += 1;
    await this.page.getByRole('textbox', { name: label }).first().fill(text);
  }

  /** Picks an option of a select by its label. */
  async choose(label: string, option: string): Promise<void> {
    this.clicks += 2;
    await this.page
      .getByRole('combobox', { name: label })
      .or(this.page.getByRole('textbox', { name: label }))
      .first()
      .click();
    await this.page.getByRole('option', { name: option }).first().click();
  }

  /** Waits for the page with this heading. */
  async arriveAt(heading: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  /** Waits until this text is on the page. */
  async read(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Lets go of a file over the first place that takes one. */
  async drop({ name, content }: GivenFile): Promise<void> {
    this.clicks += 1;
    const base64 = JSON.stringify(Buffer.from(content).toString('base64'));
    const dataTransfer = await this.page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(${base64}), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
      return transfer;
    })()`);
    await this.page.locator('.drop').first().dispatchEvent('drop', { dataTransfer });
  }

  /** Picks a file in the dialog that the button opens. */
  async pick(button: string, { name, content }: GivenFile): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.click('button', button);
    const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
    await (await chooser).setFiles(file);
  }

  /** Violations of WCAG 2.2 AA on the page as it is now, one line each. */
  async accessibilityViolations(): Promise<readonly string[]> {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    // There are no frames; what collects the findings of several would cost a page of its own each time.
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode().withTags(tags);
    const { violations } = await axe.analyze();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`),
    );
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  private async watch(): Promise<void> {
    const { page } = this;
    await page.addInitScript({ content: REPORT_POLICY_VIOLATIONS });
    page.on('pageerror', (error) => this.problems.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      const answers = this.expectsOutage ? /status of [45]\d\d/ : /status of 4\d\d/;
      const expected = message.text().startsWith('Failed to load resource') && answers.test(message.text());
      if (message.type() === 'error' && !expected) this.problems.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.origin}/`) && !/^(data|blob|about):/.test(url))
        this.problems.push(`request to ${url}`);
    });
  }
}

/** Runs in the page. */
const REPORT_POLICY_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violation: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber))`;

/** Chromium on Linux takes authorities from the NSS database of its user. */
function trustAuthority(home: string, caFile: string): void {
  const database = join(home, '.pki', 'nssdb');
  mkdirSync(database, { recursive: true });
  execFileSync('certutil', ['-d', `sql:${database}`, '-N', '--empty-password']);
  execFileSync('certutil', ['-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'holdfast', '-i', caFile]);
}
