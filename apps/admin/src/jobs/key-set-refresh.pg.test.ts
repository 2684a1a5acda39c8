import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/postgres/testing';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { CLIENT, jwkOf, KeySetWorld } from './testing/key-set-world.js';
import { NOON } from './testing/source-world.js';

const SECRET = 'c2VjcmV0LXByaXZhdGUta2V5';
const MEGABYTE = 'x'.repeat(1024 * 1024);
const LONG = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') };

describe('KeySetRefresh', () => {
  let world: KeySetWorld;
  let other: IssuedCertificate;
  beforeEach(async () => {
    world = await KeySetWorld.create();
    other = await createSelfSigned({ subject: 'CN=beta next', ...LONG });
  });
  afterEach(() => world.stop());

  it('stores the set as a new version of the registry, in which its certificates count, and comes again in an hour', async () => {
    const version = await world.version();
    expect(await world.counts(world.certificate)).toBe(false);
    expect(await world.once()).toMatchObject({
      clientId: CLIENT,
      outcome: 'stored',
      error: undefined,
      nextDue: world.after(1),
    });
    expect(await world.counts(world.certificate)).toBe(true);
    expect(await world.counts(other)).toBe(false);
    expect(await world.version()).toBe(version + 1n);
    expect(await world.once()).toBeUndefined();
    expect(await world.sources()).toMatchObject([
      {
        clientId: CLIENT,
        url: world.url,
        thumbprints: [thumbprintOf(world.certificate.der)],
        freshUntil: world.after(72),
        lastSuccess: NOON,
        lastError: undefined,
        nextDue: world.after(1),
      },
    ]);
  });

  it('takes a certificate over and out with the set, and records which', async () => {
    await world.once();
    world.now = world.after(1);
    world.serve(jwkOf(other));
    await world.once();
    expect([await world.counts(world.certificate), await world.counts(other)]).toEqual([false, true]);
    const [old, young] = [world.certificate, other].map(({ der }) => thumbprintOf(der));
    expect(await world.stored()).toMatchObject([
      { url: world.url, added: [old], removed: [] },
      { added: [young], removed: [old], freshUntil: world.after(73).toISOString() },
    ]);
  });

  it('writes nothing for the same set, until four hours have passed', async () => {
    await world.once();
    const version = await world.version();
    for (const hour of [1, 2, 3]) {
      world.now = world.after(hour);
      expect(await world.once()).toMatchObject({ outcome: 'stored', nextDue: world.after(hour + 1) });
    }
    expect(await world.version()).toBe(version);
    world.now = world.after(4);
    await world.once();
    expect(await world.version()).toBe(version + 1n);
    expect(await world.sources()).toMatchObject([{ freshUntil: world.after(76) }]);
    expect(await world.stored()).toMatchObject([{}, { added: [], removed: [] }]);
  });

  it.each<[name: string, serve: (it: KeySetWorld) => void, outcome: string, error: RegExp]>([
    ['HTML', (it) => it.serveBody('<html>Sign in</html>', 'text/html'), 'not_usable', /^not JSON/],
    ['JSON of another kind', (it) => it.serveBody('["keys"]'), 'not_usable', /^not a JWK Set/],
    [
      '10 000 keys, by their size',
      (it) => it.serve(...Array.from({ length: 10_000 }, (_, kid) => ({ kty: 'EC', kid: `${kid}` }))),
      'not_fetched',
      /^body_too_large/,
    ],
    ['a megabyte', (it) => it.serveBody(MEGABYTE), 'not_fetched', /^body_too_large/],
    ['21 keys', (it) => it.serve(...Array.from({ length: 21 }, () => ({}))), 'not_usable', /^21 keys/],
    [
      'a repeated kid',
      (it) => it.serve(...[1, 2].map(() => jwkOf(it.certificate, { kid: 'a' }))),
      'not_usable',
      /"kid"/,
    ],
    [
      'a key that is not that of its certificate',
      (it) => it.serve(jwkOf(it.certificate, { x: 'AAAA' })),
      'not_usable',
      /^keys\/0\/x/,
    ],
    ['no certificate', (it) => it.serve(jwkOf(it.certificate, { x5c: undefined })), 'not_usable', /x5c/],
    [
      'a private key',
      (it) => it.serve(jwkOf(it.certificate, { d: SECRET })),
      'key_exposed',
      /^keys\/0 has private/,
    ],
    [
      'a redirect (SS-07)',
      (it) => (it.answer = (_request, response) => void response.writeHead(302, { location: it.url }).end()),
      'not_fetched',
      /^redirected/,
    ],
    [
      'an error',
      (it) => (it.answer = (_request, response) => void response.writeHead(503).end()),
      'not_fetched',
      /^status_not_ok/,
    ],
  ])(
    'keeps the last good set against %s, and tries again in 30 s (SS-16)',
    async (_name, serve, outcome, error) => {
      await world.once();
      const version = await world.version();
      world.now = world.after(1);
      serve(world);
      const report = await world.once();
      expect(report).toMatchObject({ outcome, error: expect.stringMatching(error) });
      expect(report?.nextDue).toEqual(new Date(world.now.getTime() + 30_000));
      expect(await world.counts(world.certificate)).toBe(true);
      expect(await world.version()).toBe(version);
      const rows = await world.query('SELECT * FROM key_set_source');
      expect(JSON.stringify([rows, world.reports])).not.toContain(SECRET);
    },
  );

  it('lets the last good set count for 72 hours while the source is down, and then no longer', async () => {
    await world.once();
    world.answer = (_request, response) => void response.writeHead(503).end();
    world.now = world.after(72);
    await world.once();
    expect(await world.counts(world.certificate)).toBe(true);
    world.now = new Date(world.after(72).getTime() + 1);
    expect(await world.counts(world.certificate)).toBe(false);
    expect(await world.schedule.freshness()).toEqual([
      { partnerId: 'beta', freshUntil: world.after(72), failing: 1 },
    ]);
  });

  it('waits twice as long after each failure, up to an hour, and an hour again after a success', async () => {
    world.answer = (_request, response) => void response.writeHead(500).end();
    const waits: number[] = [];
    const attempt = async (): Promise<void> => {
      const { nextDue } = (await world.once())!;
      waits.push((nextDue.getTime() - world.now.getTime()) / 1_000);
      world.now = nextDue;
    };
    for (let failures = 0; failures < 9; failures += 1) await attempt();
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    world.serve(jwkOf(other));
    await attempt();
    expect(waits.at(-1)).toBe(3_600);
    expect(await world.counts(other)).toBe(true);
  });

  it('never lets a set that was fetched earlier replace a younger one', async () => {
    await world.once();
    const [source] = await world.sources();
    const older = {
      id: source!.credentialId,
      certificates: [other.der],
      fetchedAt: new Date(NOON.getTime() - 1),
    };
    const written = await world.registry.storeKeySet({ id: 'job', requestId: null }, older);
    expect(written).toMatchObject({ written: false, refused: 'not_allowed' });
    expect(await world.counts(other)).toBe(false);
  });

  it('drops the set of a retired credential and asks there no more; another address takes its place', async () => {
    await world.once();
    await world.retire();
    expect(await world.counts(world.certificate)).toBe(false);
    expect(await world.query('SELECT deleted_at IS NULL AS alive FROM key_set')).toEqual([{ alive: false }]);
    world.now = world.after(2);
    expect(await world.once()).toBeUndefined();
    expect(await world.sources()).toEqual([]);
    expect(await world.addUrl(`${world.url}?next`)).toMatchObject({ written: true });
    await world.dueAtNoon();
    expect(await world.once()).toMatchObject({ outcome: 'stored', url: `${world.url}?next` });
    expect(await world.counts(world.certificate)).toBe(true);
  });

  it('keeps one address for each client', async () => {
    expect(await world.addUrl('https://keys.beta.example/')).toMatchObject({
      refused: 'already_exists',
      what: `a jwks_uri of ${CLIENT}`,
    });
  });

  it('does not hold the certificates of a set against other clients', async () => {
    await world.once();
    await world.addClient('beta', 'beta-stock', `${world.url}?same`);
    expect(await world.once()).toMatchObject({ outcome: 'stored', clientId: 'beta-stock' });
    expect(await world.counts(world.certificate)).toBe(true);
  });

  it('never connects where the operator did not list the host (SS-01, SS-02)', async () => {
    for (const [at, url] of [
      'http://127.0.0.1/jwks.json',
      'https://127.0.0.1/jwks.json',
      'https://localhost/jwks.json',
      'https://169.254.169.254/jwks.json',
    ].entries())
      await world.addClient('beta', `beta-${at}`, url);
    await world.once(world.refresh([]));
    expect(world.reports.map(({ error }) => error?.split(':')[0]).sort()).toEqual([
      'address_not_public',
      'address_not_public',
      'host_not_allowed',
      'port_not_allowed',
      'scheme_not_allowed',
    ]);
    expect(world.requests).toBe(0);
  });

  it('takes nothing from a server that cannot prove its name', async () => {
    const url = world.url.replace('127.0.0.1', 'localhost');
    await world.addClient('beta', 'beta-local', url);
    await world.once(world.refresh([new URL(url).host]));
    expect(world.reports).toContainEqual(
      expect.objectContaining({ clientId: 'beta-local', outcome: 'not_fetched' }),
    );
    expect(world.requests).toBe(0);
  });

  it('lets partners take turns', async () => {
    for (let at = 0; at < 30; at += 1)
      await world.addClient('beta', `beta-${at}`, `https://keys.beta.example/${at}`);
    await world.registry.createPartner({ id: 'somebody', requestId: null }, { id: 'acme', name: 'Acme' });
    await world.addClient('acme', 'acme-sync', 'https://keys.acme.example/');
    const due = await world.schedule.findDue(world.now, 1_000);
    expect(due).toHaveLength(21);
    expect(due.slice(0, 2).map(({ clientId }) => clientId)).toContain('acme-sync');
  });

  it('says what an error of ours was, and tries again later', async () => {
    const refresh = world.refresh();
    const broken = new Error('broken');
    world.registry.storeKeySet = () => Promise.reject(broken);
    await expect(world.once(refresh)).rejects.toBe(broken);
    expect(world.reports).toMatchObject([{ outcome: 'fault', nextDue: new Date(NOON.getTime() + 30_000) }]);
  });

  it('has a new set within 5 s, fetched once by two replicas', async () => {
    const stopReplicas = world.startTwoReplicas();
    await eventually(() => world.counts(world.certificate), 10_000);
    await world.addClient('beta', 'beta-stock', `${world.url}?second`);
    const took = await eventually(
      async () => (await world.sources()).every(({ lastSuccess }) => lastSuccess !== undefined),
      10_000,
    );
    expect(took).toBeLessThan(5_000);
    await stopReplicas();
    expect(world.requests).toBe(2);
  });
});
