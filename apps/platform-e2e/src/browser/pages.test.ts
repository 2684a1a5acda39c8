import { describe, expect } from '@jest/globals';
import { needsPrograms } from '../harness/programs.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { PAGES, signedInOwner } from './pages.js';
import { BROWSER_PROGRAMS, Visitor } from './visitor.js';

const inBrowser = needsPrograms(BROWSER_PROGRAMS);
const MINUTES = 60_000;

const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 400 },
  { colorScheme: 'dark', width: 400 },
] as const;

describe('every page', () => {
  for (const look of LOOKS) {
    inBrowser(
      `has no violation of WCAG 2.2 AA, of the policy or of its width (${look.colorScheme}, ${look.width} px)`,
      async () => {
        const owner = await signedInOwner(sharedStack(), look);
        try {
          const found: string[] = [];
          for (const [name, path] of Object.entries(PAGES)) {
            await owner.visit(path);
            await owner.settle();
            const overflow = await owner.page.evaluate<number>(
              'document.documentElement.scrollWidth - innerWidth',
            );
            if (overflow > 0) found.push(`${name}: ${overflow} px wider than the window`);
            found.push(
              ...(await owner.accessibilityViolations()).map((violation) => `${name}: ${violation}`),
            );
          }
          expect(found).toEqual([]);
          expect(owner.problems).toEqual([]);
        } finally {
          await owner.close();
        }
      },
      2 * MINUTES,
    );
  }

  inBrowser(
    'of those before signing in has no violation either, and leads to the sign-in',
    async () => {
      const stack = sharedStack();
      const stranger = await Visitor.open({ origin: stack.file.admin, caFile: stack.file.caFile });
      try {
        await stranger.visit('/partners/acme');
        expect(new URL(stranger.page.url()).pathname).toBe('/sign-in');
        expect(await stranger.accessibilityViolations()).toEqual([]);
        await stranger.page.goto(`${stack.file.admin}/welcome#not-a-link`);
        await stranger.page.getByRole('heading', { level: 1 }).waitFor();
        await stranger.page.waitForLoadState('networkidle');
        expect(await stranger.accessibilityViolations()).toEqual([]);
        expect(stranger.problems).toEqual([]);
      } finally {
        await stranger.close();
      }
    },
    MINUTES,
  );

  inBrowser(
    'refuses a private key without sending it (AW-24)',
    async () => {
      const owner = await signedInOwner(sharedStack());
      try {
        const sent: string[] = [];
        owner.page.on('request', (request) => sent.push(request.postData() ?? ''));
        await owner.visit('/anchors/new');
        const armour = (word: string): string => `-----${word} ${'PRIVATE'} KEY-----`;
        const key = `${armour('BEGIN')}\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n${armour('END')}`;
        await owner.fill('Certificate of the authority', key);
        await owner.page
          .getByText(/private key/i)
          .first()
          .waitFor();
        await owner.page.waitForLoadState('networkidle');
        expect(sent.join('\n')).not.toContain('MC4CAQAw');
        expect(owner.problems).toEqual([]);
      } finally {
        await owner.close();
      }
    },
    MINUTES,
  );
});
