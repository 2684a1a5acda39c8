import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const SOURCES = readdirSync(import.meta.dirname).filter((file) => /(?<!\.test)\.ts$/.test(file));
const sourceOf = (file: string): string => readFileSync(`${import.meta.dirname}/${file}`, 'utf8');

/** Everything that this library may load; a browser has the rest built in. */
const ALLOWED = ['reflect-metadata', '@peculiar/x509'];

describe('the sources', () => {
  it('are found', () => expect(SOURCES).toContain('read-pasted-certificate.ts'));

  it.each(SOURCES)('need nothing but Web APIs in %s', (file) => {
    const source = sourceOf(file);
    const imported = [...source.matchAll(/(?:from|import\(?|require\()\s*['"]([^'"]+)['"]/g)].map(
      ([, name = '']) => name,
    );
    expect(imported.filter((name) => !name.startsWith('./') && !ALLOWED.includes(name))).toEqual([]);
    expect(source.replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, '')).not.toMatch(
      /\bnode:|\bBuffer\b|\bprocess\b|\b__dirname\b|\bglobal\.|\brequire\(/,
    );
  });

  it('load the metadata polyfill before the library that needs it', () => {
    const source = sourceOf('decode-certificate.ts');
    expect(source.indexOf("'reflect-metadata'")).toBeLessThan(source.indexOf("'@peculiar/x509'"));
  });
});
