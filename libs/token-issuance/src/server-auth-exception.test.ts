import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientId, OAuthError } from '@holdfast/oauth-protocol';
import type { IssuedCertificate } from '@holdfast/test-pki';
import {
  acmeSubject,
  ask,
  askingIn,
  BETA,
  betaLeaf,
  issuing,
  leafOf,
  makeWorld,
  NOON,
  pinOf,
  present,
  replace,
  revocationList,
  root,
  sameName,
  situation,
  YEAR,
  type Outcome,
  type Situation,
} from './testing/issuance-world.js';

const UNTIL = new Date('2026-06-30T00:00:00Z');
const SERVER = { extendedKeyUsage: ['serverAuth'] };
/** emailProtection. */
const MAIL = '1.3.6.1.5.5.7.3.4';
const TOLD = 'client_auth_not_permitted: the client certificate may not be used for client authentication';

let serverLeaf: IssuedCertificate;
beforeAll(async () => {
  await makeWorld();
  serverLeaf = await leafOf(issuing, SERVER);
});

/** acme-orders asks with a certificate for servers only; its anchor excepts such until then. */
function excepted(until: Date | undefined = UNTIL): Situation {
  const world = situation();
  world.presented = present(serverLeaf, issuing);
  world.changes = [replace('anchors', 'acme-ca', { serverAuthUntil: until })];
  return world;
}

const answerOf = ({ error }: Outcome): string => (error as OAuthError).message;

describe('an anchor that excepts certificates for servers only (CV-07)', () => {
  it('lets one of them get a token', async () => {
    expect((await ask(excepted())).claims).toMatchObject({ sub: 'acme-orders' });
  });

  it('refuses it when the exception has ended, on an open connection too', async () => {
    const world = excepted();
    const again = askingIn(world);
    expect((await again()).claims).toBeDefined();
    world.now = UNTIL;
    expect((await again()).claims).toBeDefined();
    world.now = new Date(UNTIL.getTime() + 1);
    const { claims, counted } = await again();
    expect(claims).toBeUndefined();
    expect(counted).toMatchObject([
      { reason: 'client_auth_not_permitted', detail: { fault: 'leaf.eku', thumbprint: expect.any(String) } },
    ]);
  });

  it('does not let its name count under another authority', async () => {
    const world = excepted();
    world.presented = present(await leafOf(sameName, SERVER));
    const { claims, counted } = await ask(world);
    expect(claims).toBeUndefined();
    expect(counted).toMatchObject([
      {
        reason: 'client_auth_not_permitted',
        detail: { exception: { reason: 'issuer_unknown', fault: 'sig.invalid' } },
      },
    ]);
  });

  it('does not except a pin: a certificate for servers only is refused though its key is pinned', async () => {
    const world = excepted();
    world.request.clientId = BETA;
    const { createSelfSigned } = await import('@holdfast/test-pki');
    const ofTheKey = await createSelfSigned({ subject: 'CN=beta', ...SERVER, ...YEAR, keys: betaLeaf.keys });
    world.presented = present(ofTheKey);
    const pin = { ...pinOf(betaLeaf, 'public-key'), id: 'crd_2', clientId: BETA };
    world.changes.push({ kind: 'credentials', id: 'crd_2', value: pin });
    const outcome = await ask(world);
    expect(answerOf(outcome)).toBe(TOLD);
    expect(outcome.counted).toMatchObject([{ reason: 'client_auth_not_permitted' }]);
  });

  it.each<[stranger: string, change: (world: Situation) => unknown, reason: string | undefined]>([
    ['of the right authority and name, without an exception', (w) => (w.changes = []), undefined],
    ['after the exception', (w) => (w.now = new Date('2026-07-01T00:00:00Z')), undefined],
    [
      'for a client that does not exist',
      (w) => (w.request.clientId = 'nobody' as ClientId),
      'client_unknown',
    ],
    ['for a pinned client', (w) => (w.request.clientId = BETA), 'certificate_not_registered'],
    [
      'with another name under the exception',
      async (w) => (w.presented = present(await leafOf(issuing, { ...SERVER, subject: 'CN=x' }), issuing)),
      'certificate_not_registered',
    ],
    [
      'with the right name, of another authority',
      async (w) => (w.presented = present(await leafOf(sameName, SERVER))),
      'issuer_unknown',
    ],
    [
      'under an issuer that may not issue for servers',
      async (w) => {
        const other = await root.issueAuthority({
          subject: 'CN=C',
          extendedKeyUsage: ['clientAuth'],
          ...YEAR,
        });
        w.presented = present(await other.issue({ ...acmeSubject, ...SERVER }), other);
      },
      'issuer_invalid',
    ],
  ])(
    'answers a server certificate %s like any other: nothing of the registry shows (RFC 6749 §5.2)',
    async (_name, change, reason) => {
      const world = excepted();
      await change(world);
      const outcome = await ask(world);
      expect(outcome.claims).toBeUndefined();
      expect(answerOf(outcome)).toBe(TOLD);
      const [counted] = outcome.counted;
      expect(counted).toMatchObject({ reason: 'client_auth_not_permitted' });
      expect((counted?.detail['exception'] as { reason?: string } | undefined)?.reason).toBe(reason);
    },
  );

  it('answers what is for neither before anybody is looked up, as it always did', async () => {
    const world = excepted();
    world.ageMs = Infinity;
    world.presented = present(await leafOf(issuing, { extendedKeyUsage: [MAIL] }), issuing);
    expect(answerOf(await ask(world))).toBe(TOLD);
  });

  it.each<[mode: string, lists: Situation['changes'], reason: string]>([
    ['hard', [], 'revocation_unknown'],
    ['soft', [], 'none'],
  ])('asks for revocation under it like under any other (%s)', async (revocation, lists, reason) => {
    const world = excepted();
    world.changes = [replace('anchors', 'acme-ca', { serverAuthUntil: UNTIL, revocation }), ...lists];
    const { counted } = await ask(world);
    expect(counted.map((one) => one.reason)).toEqual(reason === 'none' ? [] : [reason]);
  });

  it('refuses a revoked one with the bland answer: its path is proven, so it is not about its usage', async () => {
    const world = excepted();
    world.changes = [
      replace('anchors', 'acme-ca', { serverAuthUntil: UNTIL, revocation: 'soft' }),
      revocationList('issuing', issuing, [serverLeaf.der]),
    ];
    const outcome = await ask(world);
    expect(outcome.counted).toMatchObject([{ reason: 'certificate_revoked' }]);
    expect(answerOf(outcome)).toBe('client authentication failed');
  });

  it('changes nothing for a certificate with clientAuth', async () => {
    const world = excepted();
    world.presented = situation().presented;
    world.now = NOON;
    expect((await ask(world)).claims).toBeDefined();
  });
});
