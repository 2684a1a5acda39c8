import { describe, expect, it } from '@jest/globals';
import { openApiDocument, OPERATIONS } from './index.js';

describe('openApiDocument', () => {
  const text = JSON.stringify(openApiDocument());

  it('describes every operation once', () => {
    const names = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.parse(text)).toMatchObject({ openapi: '3.1.0' });
  });

  it('refers to schemas that it has', () => {
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, unknown> } };
    const missing = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].filter(
      ([, name]) => !(name! in components.schemas),
    );
    expect(missing).toEqual([]);
  });

  it('shows nothing of the schema library', () => {
    expect(text).not.toMatch(/"_?def"|\$schema|~standard/);
  });
});
