import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '@holdfast/test-pki';
import { eventually } from '@holdfast/postgres/testing';
import { minutes, RevocationWorld } from './testing/revocation-world.js';
import { NOON } from './testing/source-world.js';

const OTHER = {
  subject: 'CN=Other CA',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
};

/** deltaCRLIndicator 1 (RFC 5280 §5.2.4), and issuingDistributionPoint with indirectCRL (§5.2.5). */
const DELTA = { oid: '2.5.29.27', critical: true, value: Buffer.from('020101', 'hex') };
const INDIRECT = { oid: '2.5.29.28', critical: true, value: Buffer.from('30038401ff', 'hex') };

describe('RevocationRefresh', () => {
  let world: RevocationWorld;
  beforeEach(async () => {
    world = await RevocationWorld.create();
    world.serve(world.list());
    await world.want();
  });
  afterEach(() => world.stop());

  const after = (minute: number): Date => new Date(NOON.getTime() + minutes(minute));

  it('stores a CRL of the anchor as a new version of the registry, and comes again before nextUpdate', async () => {
    const version = await world.version();
    // Half of its two hours is over: half-way through the hour that is left.
    expect(await world.once()).toMatchObject({ outcome: 'stored', error: undefined, nextDue: after(30) });
    expect(await world.atHand()).toEqual([-60]);
    expect(await world.version()).toBe(version + 1n);
    expect(await world.once()).toBeUndefined();
  });

  it('replaces it by a younger one, and changes nothing for the same', async () => {
    await world.once();
    const version = await world.version();
    world.now = after(30);
    expect(await world.once()).toMatchObject({ outcome: 'stored' });
    expect(await world.version()).toBe(version);
    world.now = after(50);
    world.serve(world.list({ thisUpdate: 40, nextUpdate: 160 }));
    expect(await world.once()).toMatchObject({ outcome: 'stored', nextDue: after(100) });
    expect(await world.atHand()).toEqual([40]);
  });

  it.each<
    [name: string, answer: (world: RevocationWorld) => Uint8Array | Promise<Uint8Array>, error: RegExp]
  >([
    ['an older one', (it) => it.list({ thisUpdate: -61, nextUpdate: 500 }), /not_allowed: .*older/],
    ['one from the future', (it) => it.list({ thisUpdate: 400, nextUpdate: 500 }), /lies ahead/],
    ['a delta CRL', (it) => it.list({ thisUpdate: 10, extensions: [DELTA] }), /delta/],
    ['an indirect CRL', (it) => it.list({ thisUpdate: 10, extensions: [INDIRECT] }), /indirect/],
    ['what is no CRL', () => Buffer.from('<html>'), /not a CRL in DER/],
    [
      "one in the anchor's name by another key",
      async (it) =>
        it.list({ signer: await createAuthority({ ...OTHER, subject: 'CN=Partner CA' }), thisUpdate: 10 }),
      /has signed this CRL/,
    ],
    ['one that was changed on the way', (it) => Uint8Array.from(it.list()).with(-1, 0), /signed|DER/],
  ])('keeps the last good one against %s (R-28)', async (_name, answer, error) => {
    await world.once();
    world.now = after(30);
    world.serve(await answer(world));
    const report = await world.once();
    expect(report).toMatchObject({ outcome: 'not_usable', error: expect.stringMatching(error) });
    expect(report?.nextDue).toEqual(new Date(after(30).getTime() + 30_000));
    expect(await world.atHand()).toEqual([-60]);
  });

  it('waits twice as long after each failure, up to an hour, and 30 s again after a success (R-28)', async () => {
    world.answer = (_request, response) => void response.writeHead(500).end();
    const waits: number[] = [];
    const fail = async (): Promise<void> => {
      const { nextDue } = (await world.once())!;
      waits.push((nextDue.getTime() - world.now.getTime()) / 1_000);
      world.now = nextDue;
    };
    for (let attempt = 0; attempt < 9; attempt += 1) await fail();
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    world.serve(world.list({ thisUpdate: 0, nextUpdate: 600 }));
    world.now = (await world.once())!.nextDue;
    world.answer = (_request, response) => void response.writeHead(500).end();
    await fail();
    expect(waits.at(-1)).toBe(30);
    expect(await world.schedule.freshness()).toEqual([
      { anchorId: 'acme-ca', nextUpdate: after(600), failingSources: 1 },
    ]);
  });

  it('stores a stale one too, because what stands on it is revoked, and says that it is stale', async () => {
    world.serve(world.list({ thisUpdate: -120, nextUpdate: -60 }));
    expect(await world.once()).toMatchObject({ outcome: 'stale' });
    expect(await world.atHand()).toEqual([-120]);
  });

  it('takes the list of an authority that only clients bring along, to be verified when it is used', async () => {
    world.serve(world.list({ signer: await createAuthority(OTHER) }));
    expect(await world.once()).toMatchObject({ outcome: 'stored' });
  });

  it('never connects to a private address that the operator did not list (SS-02)', async () => {
    const report = await world.once(world.refresh([]));
    expect(report).toMatchObject({
      outcome: 'not_fetched',
      error: expect.stringMatching(/^port_not_allowed/),
    });
    await world.want('http://localhost/ca.crl');
    await world.want('http://169.254.169.254/ca.crl');
    await world.want('ldap://127.0.0.1/cn=ca');
    await world.once(world.refresh([]));
    expect(
      world.reports
        .slice(1)
        .map(({ error }) => error?.split(':')[0])
        .sort(),
    ).toEqual(['address_not_public', 'host_not_allowed', 'scheme_not_allowed']);
    expect(world.requests).toBe(0);
  });

  it('asks nothing for an anchor that is off', async () => {
    await world.addAnchor('relaxed', await createAuthority(OTHER), 'off');
    await world.want('http://127.0.0.1/other.crl', 'relaxed');
    await world.once();
    expect(world.reports.map(({ anchorId }) => anchorId)).toEqual(['acme-ca']);
  });

  it('keeps what a CRL says about itself short', async () => {
    const signer = await createAuthority({ ...OTHER, subject: `CN=${'x'.repeat(500)},O=a\\0ab` });
    world.serve(world.list({ signer, thisUpdate: 400, nextUpdate: 500 }));
    const { error = '' } = (await world.once())!;
    expect([error.length, /[\0-\x1f]/.test(error)]).toEqual([256, false]);
  });

  it('notes no more than a hundred addresses of CRLs of one anchor, and lets anchors take turns', async () => {
    await world.flood(150);
    expect(await world.sources()).toHaveLength(100);
    await world.addAnchor('another', await createAuthority(OTHER), 'hard');
    await world.want('http://crl.another.example/', 'another');
    const due = await world.schedule.findDue(world.now, 1_000);
    expect(due).toHaveLength(21);
    expect(due.slice(0, 2).map(({ anchorId }) => anchorId)).toContain('another');
  });

  it('is shown page by page: each source once, and those of one anchor alone', async () => {
    await world.once();
    await world.flood(150);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await world.registry.listRevocationSources({ limit: 60, after }, {});
      seen.push(...page.map(({ url }) => url));
      after = page.length === 60 ? page.at(-1)!.id : undefined;
    } while (after !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([100, 100]);
    const first = { limit: 1, after: undefined };
    expect(await world.registry.listRevocationSources(first, { anchorId: 'another' })).toEqual([]);
  });

  it('says what an error of ours was, and tries again later', async () => {
    const refresh = world.refresh();
    const broken = new Error('broken');
    world.registry.findAnchor = () => Promise.reject(broken);
    await expect(world.once(refresh)).rejects.toBe(broken);
    expect(world.reports).toMatchObject([{ outcome: 'fault', nextDue: new Date(NOON.getTime() + 30_000) }]);
  });

  it('has a new source within 5 s, fetched once by two replicas', async () => {
    const stopReplicas = world.startTwoReplicas();
    await eventually(async () => (await world.atHand()).length === 1, 10_000);
    const url = `${world.url}?second`;
    await world.want(url);
    const took = await eventually(async () => (await world.atHand()).length === 2, 10_000);
    expect(took).toBeLessThan(5_000);
    await stopReplicas();
    expect(world.requests).toBe(2);
  });
});
