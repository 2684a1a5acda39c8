import { describe, expect, it } from '@jest/globals';
import { readyIf } from './upkeep.js';

const holds = () => Promise.resolve('whatever');
const fails = () => Promise.reject(new Error('PostgreSQL does not answer'));

describe('readyIf', () => {
  it('is ready when every check holds', async () => {
    expect(await readyIf({ database: holds(), keys: holds() })).toEqual({
      ready: true,
      checks: { database: 'ok', keys: 'ok' },
    });
  });

  it('is not ready when one fails, and says which and why', async () => {
    expect(await readyIf({ database: fails(), keys: holds() })).toEqual({
      ready: false,
      checks: { database: 'PostgreSQL does not answer', keys: 'ok' },
    });
  });

  it('is not ready when one says "ok" by failing', async () => {
    expect(await readyIf({ database: Promise.reject(new Error('ok')) })).toMatchObject({ ready: false });
  });
});
