import { describe, expect, it } from '@jest/globals';
import { requireChainArrives } from './index.js';

describe('requireChainArrives', () => {
  it('sees leaf and intermediate of a real handshake on this version of Node', async () => {
    await expect(requireChainArrives()).resolves.toBeUndefined();
  });
});
