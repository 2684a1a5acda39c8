import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { judgeCase, type JudgedCase } from './judge.js';
import { parseVectorFile } from './vectors.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
/** Public test data that is not part of this repository (docs/certificate-suites.md). */
const DIRECTORY = join(process.env['HOLDFAST_VECTORS'] ?? join(ROOT, '..', 'shared', 'vectors'), 'x509');
const NOW = new Date('2026-11-20T12:00:00Z');

/** A verdict that differs from the suite's on purpose. */
interface ExceptionEntry {
  readonly id: string;
  readonly verdict: JudgedCase['verdict'];
  readonly fault: string;
  readonly reason: string;
}

const EXCEPTIONS = new Map(
  (JSON.parse(readFileSync(join(import.meta.dirname, 'exceptions.json'), 'utf8')) as ExceptionEntry[]).map(
    (entry) => [entry.id, entry],
  ),
);

/** Tiers in which a case may be accepted although its suite refuses it: rules of other profiles than ours. */
const OTHER_PROFILES: readonly (string | null)[] = ['na', 'profile'];

if (existsSync(DIRECTORY)) {
  describe.each(readdirSync(DIRECTORY).filter((name) => name.endsWith('.json')))('%s', (name) => {
    const judged = judgeFile(join(DIRECTORY, name));

    it('has cases', () => {
      expect(judged.length).toBeGreaterThan(0);
    });

    it('accepts nothing that the suite refuses', () => {
      const falseAccepts = judged.filter(
        ({ verdict, expected, tier }) =>
          verdict === 'accept' && expected !== 'accept' && !OTHER_PROFILES.includes(tier),
      );
      expect(falseAccepts).toEqual([]);
    });

    it('decides every case as the suite does, but for the exceptions that are listed', () => {
      const unlisted = judged.filter(
        ({ id, verdict, reason, expected }) =>
          verdict !== expected && !isListed(EXCEPTIONS.get(id), verdict, reason),
      );
      expect(unlisted).toEqual([]);
    });

    it('has no exception that has become right', () => {
      const right = judged.filter(({ id, verdict, expected }) => EXCEPTIONS.has(id) && verdict === expected);
      expect(right).toEqual([]);
    });
  });
} else if (process.env['HOLDFAST_REQUIRE_ALL'] === '1') {
  it(`finds the test vectors in ${DIRECTORY}`, () => {
    throw new Error('They are missing; HOLDFAST_VECTORS names another folder.');
  });
} else {
  it.skip('decides public test vectors (HOLDFAST_VECTORS names no folder that holds them)', () => undefined);
}

function judgeFile(path: string): JudgedCase[] {
  const file = parseVectorFile(readFileSync(path, 'utf8'));
  return file.cases.map((found) => judgeCase(found, file, NOW, () => 0));
}

function isListed(
  entry: ExceptionEntry | undefined,
  verdict: JudgedCase['verdict'],
  reason: string | null,
): boolean {
  return entry?.verdict === verdict && entry.fault === reason;
}
