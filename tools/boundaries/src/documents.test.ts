import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../../', import.meta.url).pathname;
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

/** `file`: "name of a test", as docs/protocol/conformance.md writes it. */
const REFERENCES = [...read('docs/protocol/conformance.md').matchAll(/`([^`]+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = '', name = '']) => ({ file, name }),
);

describe('docs/protocol/conformance.md', () => {
  it('names tests', () => expect(REFERENCES.length).toBeGreaterThan(25));

  it.each(REFERENCES)('names a test that exists: $name', ({ file, name }) => {
    expect(read(file)).toContain(name);
  });
});

const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });

describe('relative links', () => {
  it.each(PAGES)('lead somewhere in %s', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, target = '']) => target,
    );
    const missing = targets.filter((target) => !existsSync(resolve(ROOT, dirname(page), target)));
    expect(missing).toEqual([]);
  });
});
