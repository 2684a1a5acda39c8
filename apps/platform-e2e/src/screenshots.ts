/** `npm run screenshots`: every page at 1280 and 400 px, light and dark, into `screenshots/`. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { homeDirectory, workspaceRoot } from '@holdfast/stack';
import { PAGES, signedInOwner } from './browser/pages.js';
import { openStack } from './harness/stack-under-test.js';

const directory = join(workspaceRoot, 'screenshots');
const stack = openStack(homeDirectory(process.env['HOLDFAST_HOME']));
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
for (const width of [1280, 400]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const owner = await signedInOwner(stack, { name: 'Tester', width, colorScheme });
    for (const [name, path] of Object.entries(PAGES)) {
      await owner.visit(path);
      await owner.settle();
      await owner.page.screenshot({
        path: join(directory, `${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
    process.stderr.write(`${Object.keys(PAGES).length} pages at ${width} px, ${colorScheme}\n`);
    for (const problem of owner.problems) process.stderr.write(`  ${problem}\n`);
    await owner.close();
  }
}
process.stdout.write(`${directory}\n`);
