import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { JSONWebKeySet, JWK } from 'jose';
import { SIGNATURE_ALGORITHMS } from './algorithms.js';
import { readJws } from './jws.js';
import { KeySource } from './key-source.js';
import { parsePolicy } from './policy.js';
import { findSigner } from './signed-token.js';
import { NOON, policyOf } from './testing/issuer.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Public test data that is not part of this repository (docs/certificate-suites.md). */
const VECTORS = process.env['HOLDFAST_VECTORS'] ?? join(ROOT, '..', 'shared', 'vectors');
const DIRECTORY = join(VECTORS, 'wycheproof');

interface Vector {
  readonly tcId: number;
  readonly jws: unknown;
  readonly result: 'valid' | 'invalid';
}

interface Group {
  readonly public?: JWK | JSONWebKeySet;
  readonly private?: JWK | JSONWebKeySet;
  readonly tests: readonly Vector[];
}

/** A verdict that differs from Wycheproof's on purpose. */
interface ExceptionEntry {
  readonly file: string;
  readonly ids: readonly number[];
  readonly accepted: boolean;
  readonly reason: string;
}

const EXCEPTIONS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testing', 'wycheproof-exceptions.json'), 'utf8'),
) as readonly ExceptionEntry[];

/** Every algorithm that a policy may name: the key alone says which one fits. */
const [POLICY] = parsePolicy(policyOf({}, { algorithms: SIGNATURE_ALGORITHMS })).issuers;

/** Whether the signature of `jws` is accepted under `keys`. */
async function isSignatureAccepted(jws: unknown, keys: unknown): Promise<boolean> {
  const source = new KeySource(async () => keys, SIGNATURE_ALGORITHMS, parsePolicy(policyOf()).keySets);
  const read = typeof jws === 'string' ? readJws(jws) : undefined;
  return read !== undefined && !('outcome' in (await findSigner(read, POLICY!, source, NOON)));
}

if (existsSync(DIRECTORY)) {
  describe.each([
    ['json_web_signature_test.json', 401, 355],
    ['json_web_key_test.json', 26, undefined],
  ])('Wycheproof %s (TV-27)', (file, count, invalid) => {
    const { testGroups } = JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as {
      testGroups: readonly Group[];
    };
    const vectors = testGroups.flatMap(({ tests, ...keys }) =>
      tests.map((vector) => ({ vector, key: keys.public ?? keys.private })),
    );
    const verdicts = Promise.all(
      vectors.map(async ({ vector, key }) => ({
        id: vector.tcId,
        expected: vector.result === 'valid',
        accepted: await isSignatureAccepted(
          vector.jws,
          key !== undefined && 'keys' in key ? key : { keys: [key] },
        ),
      })),
    );
    const excepted = new Map(
      EXCEPTIONS.filter((entry) => entry.file === file).flatMap(({ ids, accepted }) =>
        ids.map((id) => [id, accepted] as const),
      ),
    );

    it('has the vectors of the catalogue', () => {
      expect(vectors.length).toBe(count);
      if (invalid !== undefined)
        expect(vectors.filter(({ vector }) => vector.result === 'invalid').length).toBe(invalid);
    });

    it('accepts nothing that Wycheproof refuses', async () => {
      expect((await verdicts).filter(({ accepted, expected }) => accepted && !expected)).toEqual([]);
    });

    it('decides every vector as Wycheproof does, but for the exceptions that are listed', async () => {
      const unlisted = (await verdicts).filter(
        ({ id, accepted, expected }) => accepted !== expected && excepted.get(id) !== accepted,
      );
      expect(unlisted).toEqual([]);
    });

    it('has no exception that has become right', async () => {
      const right = (await verdicts).filter(
        ({ id, accepted, expected }) => excepted.has(id) && accepted === expected,
      );
      expect(right).toEqual([]);
    });
  });
} else if (process.env['HOLDFAST_REQUIRE_ALL'] === '1') {
  it(`finds the test vectors in ${DIRECTORY}`, () => {
    throw new Error('They are missing; HOLDFAST_VECTORS names another folder.');
  });
} else {
  it.skip('TV-27: decides the vectors of Wycheproof (HOLDFAST_VECTORS names no folder that holds them)', () =>
    undefined);
}
