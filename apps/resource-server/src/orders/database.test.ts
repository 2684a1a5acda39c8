import { describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { ordersDatabase } from './database.js';

describe('ordersDatabase', () => {
  const { extra } = ordersDatabase('postgres://unused', () => {}) as {
    readonly extra: { readonly Client: new () => Client; readonly query_timeout: number };
  };

  it('has connections that somebody listens to from the first moment: the end of one ends no process (R-08)', () => {
    expect(new extra.Client().emit('error', new Error('terminating connection'))).toBe(true);
  });

  it('gives a query up after three seconds', () => expect(extra.query_timeout).toBe(3_000));
});
