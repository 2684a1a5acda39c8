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
  /** PEM file of the CA that the browser is made to trust. Certificate errors are never ignored. */
  readonly caFile: string;
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A person at a browser of their own. Whatever should not happen on a page is written down in `problems`. */
export class Visitor {
  readonly problems: string[] = [];
  /** Clicks, key presses on controls and fields filled so far. */
  clicks = 0;

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
  }: VisitorOptions): Promise<Visitor> {
    const home = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
    trustAuthority(home, caFile);
    const context = await chromium.launchPersistentContext(join(home, 'profile'), {
      executablePath: '/usr/bin/chromium',
      args: FLAGS,
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

  /** An authenticator inside the browser that makes passkeys and confirms the user by itself. */
  async plugInAuthenticator(): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }

  /** Goes to a page and waits until it has settled. */
  async visit(path: string): Promise<void> {
    await this.page.goto(`${this.origin}${path}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
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

  /** Violations of WCAG 2.2 AA on the page as it is now, one line each. */
  async accessibilityViolations(): Promise<readonly string[]> {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(tags).analyze();
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
      const expected =
        message.text().startsWith('Failed to load resource') && /status of 4\d\d/.test(message.text());
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
