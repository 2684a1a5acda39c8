import { describe, expect, it } from '@jest/globals';
import { DenyList, type DeniedAccess, type DenyEntry, type TokenFacts } from './deny-list.js';

const NOON = 1_800_000_000;
const TOKEN: TokenFacts = {
  partner: 'acme',
  clientId: 'acme-orders',
  audience: 'https://api.example',
  thumbprint: 'certificate',
  tokenId: 'jti-1',
  keyId: 'key-1',
  issuedAt: NOON - 60,
};

const listOf = (...entries: DenyEntry[]): DenyList => {
  const list = new DenyList();
  for (const entry of entries) list.set(entry);
  return list;
};
const entry = (denied: DeniedAccess, expires?: number): DenyEntry => ({
  id: 'deny-1',
  ...denied,
  ...(expires !== undefined && { expires_at: expires }),
});

const MEANT: readonly DeniedAccess[] = [
  { kind: 'partner', partner: 'acme' },
  { kind: 'client', client: 'acme-orders' },
  { kind: 'client', client: 'acme-orders', issued_before: NOON - 60 },
  { kind: 'thumbprint', 'x5t#S256': 'certificate' },
  { kind: 'grant', client: 'acme-orders', resource: 'https://api.example', issued_before: NOON },
  { kind: 'jti', jti: 'jti-1' },
  { kind: 'kid', kid: 'key-1' },
];

const OTHERS: readonly DeniedAccess[] = [
  { kind: 'partner', partner: 'beta' },
  { kind: 'client', client: 'acme' },
  { kind: 'client', client: 'acme-orders', issued_before: NOON - 61 },
  { kind: 'thumbprint', 'x5t#S256': 'another' },
  { kind: 'grant', client: 'acme-orders', resource: 'https://other.example', issued_before: NOON },
  { kind: 'grant', client: 'acme-other', resource: 'https://api.example', issued_before: NOON },
  { kind: 'grant', client: 'acme-orders', resource: 'https://api.example', issued_before: NOON - 61 },
  { kind: 'jti', jti: 'jti-2' },
  { kind: 'kid', kid: 'key-2' },
];

describe('DenyList', () => {
  it.each(MEANT)('finds the token that %j means', (denied) => {
    expect(listOf(entry(denied)).find(TOKEN, NOON)).toEqual(entry(denied));
  });

  it.each(OTHERS)('leaves a token alone that %j does not mean', (denied) => {
    expect(listOf(entry(denied)).find(TOKEN, NOON)).toBeUndefined();
  });

  it('means a token that does not say when it was issued', () => {
    const list = listOf(entry({ kind: 'client', client: 'acme-orders', issued_before: 1 }));
    expect(list.find({ ...TOKEN, issuedAt: undefined }, NOON)).toBeDefined();
  });

  it('keeps names apart that would be one if they were joined', () => {
    const list = listOf(entry({ kind: 'grant', client: 'a', resource: 'b c', issued_before: NOON }));
    expect(list.find({ ...TOKEN, clientId: 'a b', audience: 'c' }, NOON)).toBeUndefined();
  });

  it('counts an entry until its second has passed, and drops it then', () => {
    const list = listOf(entry({ kind: 'jti', jti: 'jti-1' }, NOON));
    expect([list.find(TOKEN, NOON), list.find(TOKEN, NOON + 1)]).toEqual([expect.anything(), undefined]);
    expect([list.alive(NOON).length, list.alive(NOON + 1).length]).toEqual([1, 0]);
    list.prune(NOON + 1);
    expect(list.size).toBe(0);
  });

  it('takes back what was removed or replaced, and nothing else', () => {
    const list = listOf(
      { id: 'one', kind: 'client', client: 'acme-orders' },
      { id: 'two', kind: 'client', client: 'acme-orders' },
    );
    list.delete('one');
    expect(list.find(TOKEN, NOON)).toMatchObject({ id: 'two' });
    list.set({ id: 'two', kind: 'client', client: 'another' });
    expect(list.find(TOKEN, NOON)).toBeUndefined();
    list.delete('unknown');
    expect(list.size).toBe(1);
  });

  it('blocks a certificate whatever token comes with it, until the block ends', () => {
    const list = listOf(entry({ kind: 'thumbprint', 'x5t#S256': 'certificate' }, NOON));
    expect(list.blocks('certificate', NOON)).toBe(true);
    expect(list.blocks('certificate', NOON + 1)).toBe(false);
    expect(list.blocks('another', NOON)).toBe(false);
  });
});
