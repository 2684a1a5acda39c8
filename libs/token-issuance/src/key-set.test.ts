import { beforeAll, describe, expect, it } from '@jest/globals';
import type { KeySetEntry, RegistryChange } from '@holdfast/client-registry';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import {
  ask,
  askingIn,
  ACME,
  betaLeaf,
  BETA,
  makeWorld,
  NOON,
  present,
  situation,
  YEAR,
  type Situation,
} from './testing/issuance-world.js';

const LATER = new Date('2026-06-04T12:00:00Z');
const URI = { kind: 'jwks_uri', id: 'crd_3', clientId: BETA, url: 'https://keys.beta.example/' } as const;

let published: IssuedCertificate;
let unknown: IssuedCertificate;
beforeAll(async () => {
  await makeWorld();
  published = await createSelfSigned({ subject: 'CN=published', ...YEAR });
  unknown = await createSelfSigned({ subject: 'CN=unknown', ...YEAR });
});

const registered: RegistryChange = { kind: 'credentials', id: URI.id, value: URI };

function fetched(
  certificates: readonly IssuedCertificate[],
  change: Partial<KeySetEntry> = {},
): RegistryChange {
  const ders = certificates.map(({ der }) => der);
  const value = { id: URI.id, clientId: BETA, certificates: ders, fetchedAt: NOON, freshUntil: LATER };
  return { kind: 'keySets', id: URI.id, value: { ...value, ...change } };
}

/** The valid world: beta-sync, registered with a `jwks_uri`, presents a certificate of the set. */
function publishing(...changes: readonly RegistryChange[]): Situation {
  const world = situation();
  world.request.clientId = BETA;
  world.presented = present(published);
  world.changes = [registered, fetched([published]), ...changes];
  return world;
}

describe('a client that is registered with a jwks_uri (RFC 8705 §2.2)', () => {
  it('gets a token with a certificate of the set that was fetched, and asks for nothing', async () => {
    expect(await ask(publishing())).toMatchObject({ claims: { client_id: BETA }, wanted: [] });
  });

  it('gets one with a certificate that is registered beside it, too', async () => {
    const world = publishing();
    world.presented = present(betaLeaf);
    expect(await ask(world)).toMatchObject({ claims: { client_id: BETA } });
  });

  it('gets one by the last good set until that has ended, inclusive', async () => {
    const world = publishing();
    world.now = LATER;
    expect(await ask(world)).toMatchObject({ claims: { client_id: BETA } });
  });

  it.each<[name: string, change: (world: Situation) => void]>([
    ['presents a certificate that the set lacks', (world) => (world.presented = present(unknown))],
    ['was never fetched', (world) => (world.changes = [registered])],
    ['has a set that has ended', (world) => (world.now = new Date(LATER.getTime() + 1))],
    [
      'has changed its set, on the same connection',
      (world) => (world.changes = [...world.changes, fetched([unknown])]),
    ],
    [
      'has a set that was fetched for another client',
      (world) => (world.changes = [registered, fetched([published], { clientId: ACME })]),
    ],
  ])('is refused, and its set asked for, when it %s', async (_name, change) => {
    const world = publishing();
    change(world);
    const outcome = await ask(world);
    expect(outcome).toMatchObject({ wanted: ['key set of crd_3'] });
    expect(outcome.error).toMatchObject({ denial: 'certificate_not_registered' });
  });

  it('is refused, and nothing is asked for, when the credential is retired', async () => {
    const world = publishing({ kind: 'credentials', id: URI.id, value: undefined });
    expect(await ask(world)).toMatchObject({
      error: { denial: 'certificate_not_registered' },
      wanted: [],
    });
  });

  it('is refused with another certificate for the same key: the set holds certificates', async () => {
    const world = publishing();
    world.presented = present(
      await createSelfSigned({ subject: 'CN=published', ...YEAR, keys: published.keys }),
    );
    expect((await ask(world)).error).toMatchObject({ denial: 'certificate_not_registered' });
  });

  it('is refused with a certificate of the set that has expired since (CV-36)', async () => {
    const world = publishing(fetched([published], { freshUntil: new Date('2028-01-01') }));
    world.now = new Date('2027-06-01T12:00:00Z');
    expect((await ask(world)).error).toMatchObject({ denial: 'certificate_expired' });
  });

  it('lets no other client in by its set', async () => {
    const world = publishing();
    world.request.clientId = ACME;
    const outcome = await ask(world);
    expect(outcome.claims).toBeUndefined();
    expect(outcome.wanted).toEqual([]);
  });

  it('asks with every request: whoever fetches decides how often', async () => {
    const world = publishing();
    world.presented = present(unknown);
    const again = askingIn(world);
    await again();
    expect(await again()).toMatchObject({ wanted: ['key set of crd_3'] });
  });
});
