import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority, makeOcspError, type IssuedCertificate } from '@holdfast/test-pki';
import { minutes, RevocationWorld } from './testing/revocation-world.js';
import { NOON } from './testing/source-world.js';

const after = (minute: number): Date => new Date(NOON.getTime() + minutes(minute));
const LEAF = { subject: 'CN=orders,O=Acme', notBefore: after(-6_000), notAfter: after(6_000) };
const OTHER = { subject: 'CN=Other CA', notBefore: after(-6_000), notAfter: after(6_000) };

describe('RevocationRefresh, of OCSP responses (RFC 6960)', () => {
  let world: RevocationWorld;
  let leaf: IssuedCertificate;
  beforeEach(async () => {
    world = await RevocationWorld.create();
    leaf = await world.authority.issue(LEAF);
    world.serve(world.answerAbout(leaf, 'good'));
    await world.wantAnswerAbout(leaf);
  });
  afterEach(() => world.stop());

  it('asks the responder, stores what it says as a new version, and comes again before that ends', async () => {
    const asked: string[] = [];
    world.answer = (request, response) => {
      asked.push(`${request.method} ${request.headers['content-type']}`);
      response.end(world.answerAbout(leaf, 'good'));
    };
    const version = await world.version();
    expect(await world.once()).toMatchObject({ outcome: 'stored', error: undefined, nextDue: after(30) });
    expect(asked).toEqual(['POST application/ocsp-request']);
    expect(await world.version()).toBe(version + 1n);
    expect(await world.sources()).toMatchObject([{ status: 'good', freshUntil: after(60) }]);
    expect(await world.schedule.freshness()).toMatchObject([{ nextUpdate: after(60), failingSources: 0 }]);
  });

  it('stores that a certificate is revoked, and asks again later', async () => {
    world.serve(world.answerAbout(leaf, { revokedSince: after(-10) }));
    expect(await world.once()).toMatchObject({ outcome: 'stored', nextDue: after(330) });
    expect(await world.sources()).toMatchObject([{ status: 'revoked', freshUntil: undefined }]);
  });

  it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    [
      'an older one',
      () => world.answerAbout(leaf, 'good', { thisUpdate: -90, nextUpdate: 90 }),
      /not_allowed: .*older/,
    ],
    ['one that has ended', () => world.answerAbout(leaf, 'good', { nextUpdate: 10 }), /rev.unknown_stale/],
    ['one from the future', () => world.answerAbout(leaf, 'good', { thisUpdate: 40 }), /rev.unknown_stale/],
    ['one that does not know', () => world.answerAbout(leaf, 'unknown', { thisUpdate: 10 }), /unknown_scope/],
    [
      'one about another certificate',
      async () => world.answerAbout(await world.authority.issue(LEAF), 'good'),
      /rev.unknown_no_source/,
    ],
    [
      'one by another authority',
      async () => world.answerAbout(leaf, { revokedSince: NOON }, { signer: await createAuthority(OTHER) }),
      /rev.unknown_signer/,
    ],
    ['tryLater (RFC 6960 §2.3)', () => makeOcspError(3), /cannot answer/],
    ['what is no response', () => Buffer.from('<html>'), /not an OCSP response in DER/],
  ])('keeps the last good one against %s (R-28)', async (_name, answer, error) => {
    await world.once();
    world.now = after(30);
    world.serve(await answer());
    expect(await world.once()).toMatchObject({
      outcome: 'not_usable',
      error: expect.stringMatching(error),
      nextDue: new Date(after(30).getTime() + 30_000),
    });
    expect(await world.sources()).toMatchObject([{ status: 'good', freshUntil: after(60) }]);
  });

  it('drops what it knows about a certificate that has ended, and asks no more', async () => {
    await world.once();
    world.now = after(6_001);
    const asked = world.requests;
    await world.once();
    expect(await world.sources()).toEqual([]);
    expect(await world.schedule.freshness()).toMatchObject([{ nextUpdate: undefined }]);
    expect(world.requests).toBe(asked);
  });

  it('takes an answer for one certificate only', async () => {
    const other = await world.authority.issue(LEAF);
    await world.wantAnswerAbout(other);
    await world.once();
    expect((await world.sources()).map(({ status }) => status).sort()).toEqual(['good', undefined]);
  });
});
