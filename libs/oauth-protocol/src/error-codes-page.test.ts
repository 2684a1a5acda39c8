import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { REASONS } from './index.js';

it('docs/protocol/error-codes.md has a paragraph for every reason, and for nothing else', () => {
  const page = readFileSync(new URL('../../../docs/protocol/error-codes.md', import.meta.url), 'utf8');
  const paragraphs = [...page.matchAll(/^## (\S+)$/gm)].map(([, name]) => name);
  expect(paragraphs.sort()).toEqual(Object.keys(REASONS).sort());
});
