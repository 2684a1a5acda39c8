import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { createKeySet, KeysUnavailable } from './index.js';

const header = (kid: string) => ({ alg: 'ES256', kid });
const NO_TOKEN = { payload: '', signature: '' } as never;

async function world() {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const state = { calls: 0, up: true };
  const keys = createKeySet({
    jwksUri: 'https://as.example/jwks',
    fetch: async () => {
      state.calls += 1;
      if (!state.up) throw new Error('connection refused');
      return new Response(JSON.stringify({ keys: [jwk] }), {
        headers: { 'content-type': 'application/json' },
      });
    },
  });
  return { keys, state };
}

describe('createKeySet', () => {
  it('fetches on first use, then answers from memory', async () => {
    const { keys, state } = await world();
    expect(keys.hasKeys()).toBe(false);
    await keys.keyFor(header('k1'), NO_TOKEN);
    await keys.keyFor(header('k1'), NO_TOKEN);
    expect(state.calls).toBe(1);
    expect(keys.hasKeys()).toBe(true);
  });

  it('does not fetch for every unknown kid: there is a cooldown', async () => {
    const { keys, state } = await world();
    await keys.keyFor(header('k1'), NO_TOKEN);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(keys.keyFor(header(`unknown-${attempt}`), NO_TOKEN)).rejects.toMatchObject({
        code: 'ERR_JWKS_NO_MATCHING_KEY',
      });
    }
    expect(state.calls).toBe(1);
  });

  it('keeps the last good set when a refresh fails', async () => {
    const { keys, state } = await world();
    await keys.refresh();
    state.up = false;
    await expect(keys.refresh()).rejects.toThrow(KeysUnavailable);
    await expect(keys.keyFor(header('k1'), NO_TOKEN)).resolves.toBeDefined();
  });

  it('says "unavailable", not "no such key", before the first fetch succeeded', async () => {
    const { keys, state } = await world();
    state.up = false;
    await expect(keys.keyFor(header('k1'), NO_TOKEN)).rejects.toThrow(KeysUnavailable);
    expect(keys.hasKeys()).toBe(false);
  });

  it('refuses a key set over plain http (RFC 8725 §3.10; TV-33)', () => {
    expect(() => createKeySet({ jwksUri: 'http://as.example/jwks' })).toThrow('https');
  });
});
