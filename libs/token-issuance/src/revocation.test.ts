import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryChange, RevocationMode } from '@holdfast/client-registry';
import { crlDistributionPoint, ocspResponder } from '@holdfast/test-pki';
import {
  acmeLeaf,
  ask,
  issuing,
  leafOf,
  makeWorld,
  NOON,
  ocspResponse,
  present,
  replace,
  revocationList,
  root,
  situation,
  YEAR,
  type OcspStatus,
  type Situation,
} from './testing/issuance-world.js';

const URL = 'http://crl.acme.example/issuing.crl';

beforeAll(makeWorld);

/** The valid world under an anchor of this mode, with what `lists` makes at hand. */
function under(mode: RevocationMode, ...lists: RegistryChange[]): Situation {
  return { ...situation(), changes: [replace('anchors', 'acme-ca', { revocation: mode }), ...lists] };
}

const good = (): RegistryChange[] => [revocationList('root', root), revocationList('issuing', issuing)];

describe('revocation under an anchor', () => {
  it.each<[string, () => Situation]>([
    [
      'that does not ask, whatever is at hand',
      () => under('off', revocationList('issuing', issuing, [acmeLeaf.der])),
    ],
    ['that accepts unknown, without a CRL', () => under('soft')],
    ['that accepts unknown, with good CRLs', () => under('soft', ...good())],
    ['that insists, with good CRLs', () => under('hard', ...good())],
  ])('issues a token under one %s', async (_name, world) => {
    expect((await ask(world())).claims).toBeDefined();
  });

  it.each<[string, string, () => Situation, object]>([
    [
      'a revoked leaf (CV-09)',
      'certificate_revoked',
      () => under('hard', revocationList('root', root), revocationList('issuing', issuing, [acmeLeaf.der])),
      { depth: 0 },
    ],
    [
      'a revoked leaf, even where unknown is accepted',
      'certificate_revoked',
      () => under('soft', revocationList('issuing', issuing, [acmeLeaf.der])),
      { depth: 0 },
    ],
    [
      'a revoked leaf on a stale CRL',
      'certificate_revoked',
      () => under('soft', revocationList('issuing', issuing, [acmeLeaf.der], YEAR.notBefore)),
      { depth: 0 },
    ],
    [
      'a revoked intermediate',
      'certificate_revoked',
      () => under('hard', revocationList('root', root, [issuing.der]), revocationList('issuing', issuing)),
      { depth: 1 },
    ],
    [
      'a revoked intermediate, even where unknown is accepted and nothing is known of the leaf',
      'certificate_revoked',
      () => under('soft', revocationList('root', root, [issuing.der])),
      { depth: 1 },
    ],
    [
      'no CRL at all (missing means no)',
      'revocation_unknown',
      () => under('hard'),
      { depth: 0, fault: 'rev.unknown_no_source' },
    ],
    [
      'no CRL for the intermediate',
      'revocation_unknown',
      () => under('hard', revocationList('issuing', issuing)),
      { depth: 1 },
    ],
    [
      'a CRL past nextUpdate (CV-10)',
      'revocation_unknown',
      () =>
        under('hard', revocationList('root', root), revocationList('issuing', issuing, [], YEAR.notBefore)),
      { fault: 'rev.unknown_stale' },
    ],
    [
      'a CRL that cannot be read',
      'revocation_unknown',
      () => under('hard', revocationList('root', root), unreadable()),
      { depth: 0 },
    ],
    [
      'a mode that is not known',
      'revocation_unknown',
      () => under('lenient' as RevocationMode),
      { depth: 0 },
    ],
  ])('refuses %s', async (_name, denial, world, detail) => {
    const { error, counted, claims } = await ask(world());
    expect(claims).toBeUndefined();
    expect(error).toMatchObject({ code: 'invalid_client', denial });
    expect(counted).toMatchObject([{ reason: denial, detail }]);
  });

  it('records and counts a token that was issued although the status was unknown (CV-10)', async () => {
    const { recorded, unknown } = await ask(under('soft'));
    expect(unknown).toEqual(['rev.unknown_no_source']);
    expect(recorded).toMatchObject([
      { kind: 'token.issued', detail: { unknownRevocation: 'rev.unknown_no_source' } },
    ]);
  });

  it('records nothing of the kind for a good one', async () => {
    const { recorded, unknown } = await ask(under('soft', ...good()));
    expect(unknown).toEqual([]);
    expect(recorded[0]!.detail).not.toHaveProperty('unknownRevocation');
  });

  it.each<[RevocationMode, string[]]>([
    ['off', []],
    ['soft', [`acme-ca crl ${URL}`]],
    ['hard', [`acme-ca crl ${URL}`]],
  ])('asks for the CRLs of a verified path where the anchor says %s', async (mode, wanted) => {
    const world = under(mode, ...good());
    world.presented = present(await leafOf(issuing, { extensions: [crlDistributionPoint(URL)] }), issuing);
    expect((await ask(world)).wanted).toEqual(wanted);
  });

  it('asks the responder that a certificate of a verified path names', async () => {
    const world = under('hard', ...good());
    const leaf = await leafOf(issuing, { extensions: [ocspResponder('http://ocsp.acme.example/')] });
    world.presented = present(leaf, issuing);
    expect((await ask(world)).wanted).toEqual(['acme-ca ocsp http://ocsp.acme.example/']);
  });

  it.each<[string, OcspStatus, object]>([
    ['a leaf that a responder calls good, without a CRL of its issuer', 'good', { claims: {} }],
    [
      'no leaf that a responder calls revoked',
      { revokedSince: YEAR.notBefore },
      { error: { denial: 'certificate_revoked' } },
    ],
  ])('accepts %s (RFC 6960 §2.2)', async (_name, status, expected) => {
    const world = under('hard', revocationList('root', root), ocspResponse(acmeLeaf, issuing, status));
    expect(await ask(world)).toMatchObject(expected);
  });

  it('takes no response about one certificate for another, whoever it was stored for', async () => {
    const other = await leafOf(issuing);
    const world = under('hard', revocationList('root', root), ocspResponse(acmeLeaf, issuing, 'good', other));
    expect((await ask(world)).error).toMatchObject({ denial: 'revocation_unknown' });
    world.presented = present(other, issuing);
    expect((await ask(world)).error).toMatchObject({ denial: 'revocation_unknown' });
  });

  it('notices a response that comes between two requests of one connection', async () => {
    const world = under('hard', revocationList('root', root), ocspResponse(acmeLeaf, issuing, 'good'));
    expect((await ask(world)).claims).toBeDefined();
    world.changes.push(ocspResponse(acmeLeaf, issuing, { revokedSince: YEAR.notBefore }));
    expect((await ask(world)).error).toMatchObject({ denial: 'certificate_revoked' });
    world.changes.push({ kind: 'ocspResponses', id: 'ocsp', value: undefined });
    expect((await ask(world)).error).toMatchObject({ denial: 'revocation_unknown' });
  });

  it('asks for nothing that an untrusted chain names (SS-13)', async () => {
    const world = under('hard');
    world.presented = present(await leafOf(issuing, { extensions: [crlDistributionPoint(URL)] }));
    expect(await ask(world)).toMatchObject({ wanted: [], error: { denial: 'issuer_unknown' } });
  });

  it('notices a CRL that comes between two requests of one connection', async () => {
    const world = under('hard', ...good());
    expect((await ask(world)).claims).toBeDefined();
    world.changes.push(revocationList('issuing', issuing, [acmeLeaf.der]));
    expect((await ask(world)).error).toMatchObject({ denial: 'certificate_revoked' });
  });

  it('asks again when a CRL has become stale', async () => {
    const soon = new Date(NOON.getTime() + 60_000);
    const world = under('hard', revocationList('root', root), revocationList('issuing', issuing, [], soon));
    expect((await ask(world)).claims).toBeDefined();
    world.now = new Date(soon.getTime() + 1_000);
    expect((await ask(world)).error).toMatchObject({ denial: 'revocation_unknown' });
  });
});

function unreadable(): RegistryChange {
  const entry = revocationList('issuing', issuing);
  return { ...entry, value: { ...entry.value, der: Uint8Array.of(0x30, 0) } } as RegistryChange;
}
