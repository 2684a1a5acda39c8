import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseRegisteredName } from '@holdfast/certificate-validation';
import { type RegistryChange } from '@holdfast/client-registry';
import { OAuthError, ServiceUnavailable, type ClientId } from '@holdfast/oauth-protocol';
import {
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
} from '@holdfast/test-pki';
import { thumbprintOf } from '@holdfast/token-binding';
import { OAUTH_CODE } from './index.js';

import {
  NOON,
  YEAR,
  ACME,
  BETA,
  API,
  root,
  issuing,
  sameName,
  acmeLeaf,
  betaLeaf,
  leafOf,
  acmeSubject,
  present,
  pinOf,
  situation,
  replace,
  revocationList,
  ask,
  makeWorld,
  type Situation,
} from './testing/issuance-world.js';

beforeAll(makeWorld);

describe('IssueToken', () => {
  it('issues a token bound to the certificate of the connection (RFC 8705 §3.1, RFC 9068 §2.2)', async () => {
    const { claims, expiresIn, recorded, counted } = await ask(situation());
    expect(claims).toEqual({
      iss: 'https://as.example',
      sub: 'acme-orders',
      aud: API,
      client_id: 'acme-orders',
      partner: 'acme',
      env: 'test',
      scope: 'orders:read orders:write',
      iat: NOON.getTime() / 1000,
      exp: NOON.getTime() / 1000 + 240,
      jti: 'jti-1',
      cnf: { 'x5t#S256': thumbprintOf(acmeLeaf.der) },
    });
    expect(expiresIn).toBe(240);
    expect(recorded).toMatchObject([
      { kind: 'token.issued', clientId: 'acme-orders', requestId: 'req_1', detail: { jti: 'jti-1' } },
    ]);
    expect(counted).toEqual([]);
  });

  it('issues a token for a pinned self-signed certificate (RFC 8705 §2.2)', async () => {
    const world = situation();
    world.request.clientId = BETA;
    world.presented = present(betaLeaf);
    expect((await ask(world)).claims).toMatchObject({
      sub: BETA,
      cnf: { 'x5t#S256': thumbprintOf(betaLeaf.der) },
    });
  });

  it('issues a token for each of several pinned certificates (RFC 8705 §2.2)', async () => {
    const next = await createSelfSigned({ subject: 'CN=beta', ...YEAR });
    const value = { ...pinOf(next, 'certificate'), id: 'crd_3', clientId: BETA };
    for (const leaf of [betaLeaf, next]) {
      const world = situation();
      world.request.clientId = BETA;
      world.presented = present(leaf);
      world.changes = [{ kind: 'credentials', id: 'crd_3', value }];
      expect((await ask(world)).claims?.cnf).toEqual({ 'x5t#S256': thumbprintOf(leaf.der) });
    }
  });

  it('issues a token for a certificate that was issued again for a key that is pinned as such', async () => {
    const world = situation();
    world.request.clientId = BETA;
    world.changes = [replace('credentials', 'crd_2', { match: 'public-key' })];
    const renewed = await createSelfSigned({ subject: 'CN=beta 2', ...YEAR, keys: betaLeaf.keys });
    world.presented = present(renewed);
    expect((await ask(world)).claims?.cnf).toEqual({ 'x5t#S256': thumbprintOf(renewed.der) });
  });

  it('issues a token for a re-issued certificate with the same subject, with no change (RFC 8705 §2.1)', async () => {
    const world = situation();
    const renewed = await leafOf(issuing);
    world.presented = present(renewed, issuing);
    expect((await ask(world)).claims?.cnf).toEqual({ 'x5t#S256': thumbprintOf(renewed.der) });
  });

  it('issues a token when the intermediate is stored instead of presented (protocol rule 20)', async () => {
    const world = situation();
    world.presented = present(acmeLeaf);
    world.changes = [replace('anchors', 'acme-ca', { intermediates: [issuing.der] })];
    expect((await ask(world)).claims).toBeDefined();
  });

  it('finds the path to the anchor that the name is registered under, among several (RFC 8705 §7.4)', async () => {
    const world = situation();
    const other = await createAuthority({ subject: 'CN=Acme Second Root,O=Acme Ltd,C=SE', ...YEAR });
    const crossed = await other.issueAuthority({
      subject: 'CN=Acme Issuing,O=Acme Ltd,C=SE',
      keys: issuing.keys,
      ...YEAR,
    });
    const elsewhere = parseRegisteredName('subject_dn', 'CN=acme-stock,O=Acme Ltd,C=SE');
    if (!elsewhere.parsed) throw new Error('the world is broken');
    const { value, canonical } = elsewhere.name;
    const anchor = (id: string, { der }: Authority): RegistryChange =>
      ({
        ...replace('anchors', 'acme-ca', { id, certificate: der, keyThumbprint: id }),
        id,
      }) as RegistryChange;
    // Both anchors are the client's, and both have signed the issuer; only the second may vouch for this name.
    world.changes = [
      anchor('acme-ca-2', other),
      replace('credentials', 'crd_1', { anchorId: 'acme-ca-2', value, canonical }),
      { ...replace('credentials', 'crd_1', { id: 'crd_3' }), id: 'crd_3' } as RegistryChange,
    ];
    world.presented = present(acmeLeaf, issuing, crossed);
    expect((await ask(world)).claims).toBeDefined();
    // A path that leads to a suspended anchor too is none to it: the other one still vouches.
    world.changes.push(replace('credentials', 'crd_1', { anchorId: 'acme-ca-2' }));
    world.changes.push(replace('anchors', 'acme-ca', { status: 'suspended' }));
    expect((await ask(world)).claims).toBeDefined();
  });

  it('narrows to the scopes asked for (RFC 6749 §3.3)', async () => {
    const world = situation();
    world.request.scopes = ['orders:read'];
    expect((await ask(world)).claims?.scope).toBe('orders:read');
  });

  const DENIALS: readonly [
    denial: keyof typeof OAUTH_CODE,
    name: string,
    change: (w: Situation) => unknown,
  ][] = [
    ['certificate_absent', 'no certificate (RFC 8705 §2; CA-01)', (w) => (w.presented = undefined)],
    [
      'certificate_unparsable',
      'octets that are no certificate',
      (w) => (w.presented = { leaf: Buffer.from('junk'), bag: [] }),
    ],
    [
      'certificate_expired',
      'an expired certificate (RFC 5280 §6.1.3; CV-01)',
      (w) => (w.now = new Date('2027-01-01T00:00:00Z')),
    ],
    [
      'certificate_not_yet_valid',
      'a certificate from the future (CV-01)',
      (w) => (w.now = new Date('2025-12-31T00:00:00Z')),
    ],
    [
      'client_auth_not_permitted',
      'a certificate for servers only (RFC 5280 §4.2.1.12; CV-07)',
      async (w) =>
        (w.presented = present(await leafOf(issuing, { extendedKeyUsage: ['serverAuth'] }), issuing)),
    ],
    [
      'certificate_extension_unsupported',
      'an unknown critical extension (RFC 5280 §4.2)',
      async (w) =>
        (w.presented = present(
          await leafOf(issuing, {
            extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical: true, value: Buffer.from([5, 0]) }],
          }),
          issuing,
        )),
    ],
    [
      'certificate_key_weak',
      'an RSA key of 1024 bits (CV-13)',
      async (w) => {
        const { generateKeyPairSync } = await import('node:crypto');
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
        w.presented = present(
          await leafOf(issuing, { publicKeyDer: publicKey.export({ type: 'spki', format: 'der' }) }),
          issuing,
        );
      },
    ],
    [
      'certificate_signature_weak',
      'a SHA-1 signature (CV-13)',
      async (w) => (w.presented = present(await leafOf(issuing, { signatureHash: 'SHA-1' }), issuing)),
    ],
    [
      'certificate_refused_by_proxy',
      'a valid certificate that a validating proxy did not verify (PH-14)',
      (w) => (w.presented = { ...w.presented!, proxyRefusal: 'FAILED:certificate revoked' }),
    ],
    ['client_unknown', 'an unknown client_id (CA-07)', (w) => (w.request.clientId = 'nobody' as ClientId)],
    [
      'client_suspended',
      'a suspended client (CA-17)',
      (w) => w.changes.push(replace('clients', ACME, { status: 'suspended' })),
    ],
    [
      'partner_suspended',
      'a suspended partner (CA-16)',
      (w) => w.changes.push(replace('partners', 'acme', { status: 'suspended' })),
    ],
    [
      'anchor_suspended',
      'a name under a suspended anchor',
      (w) => w.changes.push(replace('anchors', 'acme-ca', { status: 'suspended' })),
    ],
    ['certificate_blocked', 'a blocked certificate', (w) => w.changes.push(blocked(acmeLeaf))],
    [
      'issuer_unknown',
      'the same subject from another CA of the same name (protocol rule 17; CA-20)',
      async (w) => (w.presented = present(await leafOf(sameName))),
    ],
    [
      'issuer_invalid',
      'a leaf that issued a leaf (RFC 5280 §6.1.4; CV-04)',
      async (w) => {
        const { authorityFrom } = await import('@holdfast/test-pki');
        const middle = authorityFrom(await issuing.issue({ subject: 'CN=not a CA', ...YEAR }));
        w.presented = present(await leafOf(middle), middle, issuing);
      },
    ],
    [
      'path_invalid',
      'a leaf that is a CA (x509-limbo webpki::ca-as-leaf)',
      async (w) => {
        const ca = await issuing.issueAuthority({
          ...acmeSubject,
          keyUsage: ['digitalSignature', 'keyCertSign'],
        });
        w.presented = present(ca, issuing);
      },
    ],
    [
      'path_too_complex',
      'more than ten certificates',
      (w) => (w.presented = present(acmeLeaf, ...Array<IssuedCertificate>(11).fill(issuing))),
    ],
    [
      'certificate_revoked',
      'a certificate on a CRL of its issuer (CV-09)',
      (w) =>
        w.changes.push(
          replace('anchors', 'acme-ca', { revocation: 'soft' }),
          revocationList('issuing', issuing, [acmeLeaf.der]),
        ),
    ],
    [
      'revocation_unknown',
      'no CRL at hand where the anchor insists (CV-10)',
      (w) => w.changes.push(replace('anchors', 'acme-ca', { revocation: 'hard' })),
    ],
    [
      'certificate_not_registered',
      'another subject from the right CA (RFC 8705 §2.1)',
      async (w) =>
        (w.presented = present(
          await leafOf(issuing, { subject: 'CN=acme-billing,O=Acme Ltd,C=SE' }),
          issuing,
        )),
    ],
    [
      'certificate_not_registered',
      'another subject from another CA of the same name: no path is searched (CA-07)',
      async (w) => (w.presented = present(await leafOf(sameName, { subject: 'CN=stranger' }))),
    ],
    [
      'scope_not_granted',
      'one granted and one other scope (RFC 6749 §3.3; CA-25)',
      (w) => (w.request.scopes = ['orders:read', 'admin']),
    ],
    [
      'target_not_granted',
      'a resource that is not granted (RFC 8707 §2; CA-27)',
      (w) => (w.request.resources = ['https://other.example']),
    ],
    [
      'target_invalid',
      'a resource with a fragment (RFC 8707 §2; CA-27)',
      (w) => (w.request.resources = [`${API}#x`]),
    ],
    [
      'target_required',
      'no resource although two are granted (RFC 8707 §2)',
      (w) => {
        const other = { audience: 'https://two.example', partnerId: 'beta', scopes: ['x'] };
        w.changes.push({ kind: 'resources', id: other.audience, value: other } as RegistryChange);
        w.changes.push({
          kind: 'grants',
          id: 'grt_3',
          value: { id: 'grt_3', clientId: ACME, audience: other.audience, scopes: ['x'] },
        } as RegistryChange);
      },
    ],
  ];

  it.each(DENIALS)('denies %s for %s', async (denial, _name, change) => {
    const world = situation();
    await change(world);
    const { error, claims, recorded, counted } = await ask(world);
    expect(claims).toBeUndefined();
    expect(error).toBeInstanceOf(OAuthError);
    expect(error).toMatchObject({ code: OAUTH_CODE[denial], denial });
    // One decision, one record: in the trail for a proven client, counted for anybody else.
    expect([...recorded.map(({ reason }) => reason), ...counted.map(({ reason }) => reason)]).toEqual([
      denial,
    ]);
    const proven =
      ['client_suspended', 'partner_suspended', 'certificate_blocked'].includes(denial) ||
      /^(scope|target)/.test(denial);
    expect(recorded).toHaveLength(proven ? 1 : 0);
  });

  it('needs no target for a client that may read the deny feed, too, which asks for no token', async () => {
    const world = situation();
    const [audience, scopes] = ['https://as.example', ['deny-feed:read']];
    world.changes.push(
      { kind: 'resources', id: audience, value: { audience, partnerId: 'beta', scopes } },
      { kind: 'grants', id: 'grt_3', value: { id: 'grt_3', clientId: ACME, audience, scopes } },
    );
    expect((await ask(world)).claims).toMatchObject({ aud: API });
  });

  it('has a test for every denial on the list', () => {
    expect([...new Set(DENIALS.map(([denial]) => denial))].sort()).toEqual(Object.keys(OAUTH_CODE).sort());
  });

  it.each<[name: string, change: (w: Situation) => unknown]>([
    ['two resources (RFC 8707 §2; CA-27)', (w) => (w.request.resources = [API, API])],
    ['a client without any grant', (w) => w.changes.push({ kind: 'grants', id: 'grt_1', value: undefined })],
    [
      'a scope that the resource no longer has',
      (w) => {
        w.changes.push(replace('resources', API, { scopes: ['orders:read'] }));
        w.request.scopes = ['orders:write'];
      },
    ],
    [
      'another certificate with the same key as the pinned one (RFC 8705 §2.2; CA-08)',
      async (w) => {
        w.request.clientId = BETA;
        w.presented = present(
          await createSelfSigned({ subject: 'CN=beta', ...YEAR, keys: betaLeaf.keys, serial: '02' }),
        );
      },
    ],
    [
      'a certificate that a pinned CA:TRUE certificate issued (CV-35)',
      async (w) => {
        const { authorityFrom } = await import('@holdfast/test-pki');
        w.request.clientId = BETA;
        w.presented = present(await authorityFrom(betaLeaf).issue({ subject: 'CN=beta', ...YEAR }), betaLeaf);
      },
    ],
    [
      'another key than the one that is pinned as such',
      async (w) => {
        w.request.clientId = BETA;
        w.changes.push(replace('credentials', 'crd_2', { match: 'public-key' }));
        w.presented = present(await createSelfSigned({ subject: 'CN=beta', ...YEAR }));
      },
    ],
    [
      'a certificate that is pinned by a policy that is not known here',
      (w) => {
        w.request.clientId = BETA;
        w.changes.push(replace('credentials', 'crd_2', { match: 'subject' }));
        w.presented = present(betaLeaf);
      },
    ],
    ["another client's certificate (CA-02)", (w) => (w.presented = present(betaLeaf))],
    [
      'a self-signed certificate with the registered subject (CA-09)',
      async (w) => (w.presented = present(await createSelfSigned(acmeSubject))),
    ],
    [
      'the registered subject in the intermediate only (CA-22)',
      async (w) => {
        const middle = await root.issueAuthority({ subject: acmeSubject.subject, ...YEAR });
        w.presented = present(await leafOf(middle, { subject: 'CN=other' }), middle);
      },
    ],
    ['a retired credential', (w) => w.changes.push({ kind: 'credentials', id: 'crd_1', value: undefined })],
    [
      'an anchor of another partner',
      (w) => w.changes.push(replace('anchors', 'acme-ca', { partnerId: 'beta' })),
    ],
    [
      'a client whose partner is gone',
      (w) => w.changes.push({ kind: 'partners', id: 'acme', value: undefined }),
    ],
  ])('denies %s', async (_name, change) => {
    const world = situation();
    await change(world);
    expect((await ask(world)).error).toBeInstanceOf(OAuthError);
  });

  it('gives one public answer for everything that depends on the registry (RFC 6749 §5.2; CA-07)', async () => {
    const answers = new Set<string>();
    for (const denial of [
      'client_unknown',
      'client_suspended',
      'issuer_unknown',
      'certificate_not_registered',
    ] as const) {
      const world = situation();
      await DENIALS.find(([name]) => name === denial)![2](world);
      const { error } = await ask(world);
      answers.add(`${(error as OAuthError).code} ${(error as OAuthError).message}`);
    }
    expect([...answers]).toEqual(['invalid_client client authentication failed']);
  });

  it('never lets a token outlive the last confirmed reading of the registry by more than B', async () => {
    const world = situation();
    world.ageMs = 200_000;
    expect((await ask(world)).expiresIn).toBe(100);
  });

  it.each([240_001, Number.POSITIVE_INFINITY])(
    'is unavailable when the registry was confirmed %d ms ago (R-05)',
    async (age) => {
      const world = situation();
      world.ageMs = age;
      const { error } = await ask(world);
      expect(error).toBeInstanceOf(ServiceUnavailable);
      expect(error).toMatchObject({ outage: 'registry_stale' });
    },
  );

  it('is unavailable, for an unknown client too, when the registry is stale (CA-31)', async () => {
    const world = situation();
    world.ageMs = Number.POSITIVE_INFINITY;
    world.request.clientId = 'nobody' as ClientId;
    expect((await ask(world)).error).toMatchObject({ outage: 'registry_stale' });
  });

  it('lets no token leave whose event is not durable', async () => {
    const world = situation();
    world.auditFails = true;
    const { error, expiresIn } = await ask(world);
    expect(expiresIn).toBeUndefined();
    expect(error).toMatchObject({ outage: 'audit_unavailable' });
  });
});

/** The certificate is blocked, whoever it belongs to. */
function blocked({ der }: IssuedCertificate): RegistryChange {
  const id = 'thumbprint/blocked';
  return { kind: 'denyEntries', id, value: { id, kind: 'thumbprint', 'x5t#S256': thumbprintOf(der) } };
}
