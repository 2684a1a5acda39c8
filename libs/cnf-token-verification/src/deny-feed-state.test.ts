import { inspect } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { DeniedAccess, DenyEntry } from '@holdfast/oauth-protocol';
import { DenyEventInvalid, DenyFeedState } from './deny-feed-state.js';
import type { VerifiedAccess } from './verdict.js';

const NOON = new Date('2026-06-01T12:00:00Z');
const SECONDS = NOON.getTime() / 1_000;
const ISSUER = 'https://as.example';
const ACCESS = {
  issuer: ISSUER,
  audience: 'https://api.example',
  clientId: 'acme-orders',
  partner: 'acme',
  scopes: [],
  thumbprint: 'certificate',
  tokenId: 'jti-1',
  keyId: 'key-1',
  issuedAt: SECONDS - 60,
  expiresAt: SECONDS + 180,
  claims: {},
} as unknown as VerifiedAccess;
const ACME: DenyEntry = { id: 'partner/acme', kind: 'partner', partner: 'acme' };

let key: CryptoKey;
let jwk: JWK;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'feed-1', alg: 'ES256', use: 'sig' };
});

const signed = (claims: object, header: { typ?: string; kid?: string } = {}, signer = key): Promise<string> =>
  new SignJWT({ iss: ISSUER, iat: SECONDS, confirmed_at: SECONDS - 2, version: '7', ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'holdfast-deny+jwt', kid: 'feed-1', ...header })
    .sign(signer);
const snapshot = (...entries: DenyEntry[]) => signed({ kind: 'snapshot', entries });
const delta = (since: string, version: string, entries: DenyEntry[], removed: string[] = []) =>
  signed({ kind: 'delta', since, version, entries, removed });

describe('DenyFeedState', () => {
  let state: DenyFeedState;
  beforeEach(() => {
    state = new DenyFeedState({ issuer: ISSUER, loadKeys: async () => ({ keys: [jwk] }) });
  });

  it('forbids nothing, and has nothing confirmed, before it was told anything', () => {
    expect([state.forbids(ACCESS, NOON), state.confirmedAt(), state.version]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each<[DeniedAccess, string]>([
    [{ kind: 'partner', partner: 'acme' }, 'partner_suspended'],
    [{ kind: 'client', client: 'acme-orders' }, 'client_suspended'],
    [{ kind: 'client', client: 'acme-orders', issued_before: SECONDS }, 'token_revoked'],
    [{ kind: 'thumbprint', 'x5t#S256': 'certificate' }, 'certificate_blocked'],
    [
      { kind: 'grant', client: 'acme-orders', resource: 'https://api.example', issued_before: SECONDS },
      'token_revoked',
    ],
    [{ kind: 'jti', jti: 'jti-1' }, 'token_revoked'],
    [{ kind: 'kid', kid: 'key-1' }, 'token_revoked'],
  ])('forbids what %j means: %s', async (denied, reason) => {
    expect(await state.take(await snapshot({ id: 'deny', ...denied }), NOON)).toBe('taken');
    expect(state.forbids(ACCESS, NOON)).toBe(reason);
    expect(state.forbids({ ...ACCESS, issuer: 'https://other.example' }, NOON)).toBeUndefined();
  });

  it('follows what comes and goes, from version to version', async () => {
    await state.take(await snapshot(), NOON);
    await state.take(await delta('7', '9', [ACME]), NOON);
    expect([state.forbids(ACCESS, NOON), state.version]).toEqual(['partner_suspended', '9']);
    await state.take(await delta('9', '12', [], [ACME.id]), NOON);
    expect([state.forbids(ACCESS, NOON), state.version]).toEqual([undefined, '12']);
  });

  it('knows how long ago the issuer had confirmed it, by its own clock', async () => {
    const hourAhead = new Date(NOON.getTime() + 3_600_000);
    await state.take(await snapshot(), hourAhead);
    expect(state.confirmedAt()).toEqual(new Date(hourAhead.getTime() - 2_000));
    const beat = await signed({ kind: 'heartbeat', confirmed_at: SECONDS });
    await state.take(beat, hourAhead);
    expect(state.confirmedAt()).toEqual(hourAhead);
  });

  it('keeps what it knows over a gap, confirms nothing, and goes on with a snapshot that is not older', async () => {
    await state.take(await snapshot(ACME), NOON);
    const later = new Date(NOON.getTime() + 60_000);
    expect(await state.take(await delta('8', '9', [], [ACME.id]), later)).toBe('gap');
    expect([state.forbids(ACCESS, NOON), state.version]).toEqual(['partner_suspended', undefined]);
    expect(state.confirmedAt()).toEqual(new Date(NOON.getTime() - 2_000));
    expect(await state.take(await signed({ kind: 'snapshot', entries: [], version: '6' }), later)).toBe(
      'older',
    );
    expect(state.forbids(ACCESS, NOON)).toBe('partner_suspended');
    expect(await state.take(await signed({ kind: 'snapshot', entries: [], version: '9' }), later)).toBe(
      'taken',
    );
    expect(state.forbids(ACCESS, NOON)).toBeUndefined();
  });

  it('takes a heartbeat of another version for a gap', async () => {
    await state.take(await snapshot(), NOON);
    expect(await state.take(await signed({ kind: 'heartbeat', version: '8' }), NOON)).toBe('gap');
  });

  it('says what is wrong with an event, and nothing of what it holds', async () => {
    const foreign = await signed({ kind: 'snapshot', entries: [ACME], iss: 'https://other.example' });
    const error = await state.take(foreign, NOON).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(DenyEventInvalid);
    expect(inspect(error, { depth: null })).not.toContain(ACME.id);
  });

  it.each<[string, () => Promise<string>]>([
    [
      'by another key',
      async () => signed({ kind: 'snapshot', entries: [] }, {}, (await generateKeyPair('ES256')).privateKey),
    ],
    ['by a key that is not published', () => signed({ kind: 'snapshot', entries: [] }, { kid: 'feed-2' })],
    [
      'of another type, like an access token (RFC 8725 §3.11)',
      () => signed({ kind: 'snapshot', entries: [] }, { typ: 'at+jwt' }),
    ],
    ['of another issuer', () => signed({ kind: 'snapshot', entries: [], iss: 'https://other.example' })],
    ['from the future', () => signed({ kind: 'snapshot', entries: [], iat: SECONDS + 61 })],
    ['of a kind that is not known', () => signed({ kind: 'forget' })],
    [
      'with an entry of a kind that is not known',
      () => signed({ kind: 'snapshot', entries: [{ id: 'x', kind: 'planet', planet: 'earth' }] }),
    ],
    ['without entries', () => signed({ kind: 'snapshot' })],
    ['that is no JWT', async () => 'nonsense'],
  ])('changes nothing for an event %s', async (_name, make) => {
    await state.take(await snapshot(ACME), NOON);
    await expect(state.take(await make(), NOON)).rejects.toThrow();
    expect([state.forbids(ACCESS, NOON), state.version]).toEqual(['partner_suspended', '7']);
  });
});
