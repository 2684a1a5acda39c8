import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from './build.mjs';

describe('fingerprint', () => {
  let directory: string;
  let files: string[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
    files = ['a.ts', 'b.ts'].map((name) => join(directory, name));
    for (const file of files) writeFileSync(file, 'one');
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is the same for the same files in any order', () => {
    expect(fingerprint(files)).toBe(fingerprint([...files].reverse()));
  });

  it('differs after an edit, an addition and a removal', () => {
    const before = fingerprint(files);
    expect(fingerprint(files.slice(1))).not.toBe(before);
    writeFileSync(join(directory, 'c.ts'), '');
    expect(fingerprint([...files, join(directory, 'c.ts')])).not.toBe(before);
    utimesSync(files[0]!, 1, 1);
    expect(fingerprint(files)).not.toBe(before);
  });
});
