import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeRevocationList, type IssuedCertificate, type Signer } from '@holdfast/test-pki';
import {
  PARTNER_CERTIFICATES,
  PARTNER_REVOCATION,
  parseRevocationList,
  type OcspResponse,
} from '@holdfast/certificate-validation';
import {
  parseAnchor,
  parseStoredResponse,
  type OcspResponseEntry,
  type ParsedAnchor,
  type RevocationMode,
  type Status,
} from '@holdfast/client-registry';
import { judgeAcceptance, type Acceptance } from './index.js';
import {
  acmeLeaf,
  betaLeaf,
  issuing,
  leafOf,
  makeWorld,
  NOON,
  ocspResponse,
  type OcspStatus,
  root,
  sameName,
  YEAR,
} from './testing/issuance-world.js';

beforeAll(makeWorld);

const POLICY = { path: PARTNER_CERTIFICATES, revocation: PARTNER_REVOCATION };

interface AnchorChange {
  readonly serverAuthUntil?: Date;
  readonly status?: Status;
  readonly intermediates?: readonly Uint8Array[];
  readonly revocation?: RevocationMode;
  readonly lists?: readonly Uint8Array[];
  readonly responses?: readonly OcspResponseEntry[];
}

function anchorWith({
  intermediates = [],
  revocation = 'off',
  lists = [],
  responses = [],
  serverAuthUntil,
  status = 'active',
}: AnchorChange): ParsedAnchor {
  const entry = { id: 'acme-ca', partnerId: 'acme', certificate: root.der, keyThumbprint: '' };
  const parsed = lists
    .map((der) => parseRevocationList(der))
    .flatMap((one) => (one.parsed ? [one.list] : []));
  const responsesAbout = (thumbprint: string): OcspResponse[] =>
    responses
      .filter(({ certificate }) => certificate === thumbprint)
      .map(parseStoredResponse)
      .filter((response) => response !== undefined);
  return parseAnchor(
    { ...entry, intermediates, revocation, serverAuthUntil, status },
    { lists: parsed, responsesAbout },
  )!;
}

const accept = (
  leaf: IssuedCertificate,
  bag: readonly IssuedCertificate[],
  change: AnchorChange = {},
): Acceptance =>
  judgeAcceptance(
    leaf.der,
    bag.map(({ der }) => der),
    anchorWith(change),
    POLICY,
    NOON,
  );

describe('judgeAcceptance', () => {
  it('accepts what leads to the anchor, with what is sent along or stored', () => {
    const accepted = { accepted: true, unknownRevocation: undefined };
    expect(accept(acmeLeaf, [issuing])).toEqual(accepted);
    expect(accept(acmeLeaf, [], { intermediates: [issuing.der] })).toEqual(accepted);
  });

  it('names the denial that the token service would give', async () => {
    const old = await leafOf(issuing, { notAfter: new Date('2026-05-01') });
    const impostor = await leafOf(sameName);
    expect(accept(acmeLeaf, [])).toMatchObject({ denial: 'issuer_unknown' });
    expect(accept(betaLeaf, [])).toMatchObject({ denial: 'issuer_unknown' });
    expect(accept(impostor, [])).toMatchObject({ denial: 'issuer_unknown', depth: 0 });
    expect(accept(acmeLeaf, [issuing], { status: 'suspended' })).toMatchObject({
      denial: 'anchor_suspended',
    });
    expect(accept(old, [issuing])).toMatchObject({
      denial: 'certificate_expired',
      fault: 'validity.expired',
    });
    expect(judgeAcceptance(Uint8Array.of(0x30, 0), [], anchorWith({}), POLICY, NOON)).toMatchObject({
      accepted: false,
      denial: 'certificate_unparsable',
    });
  });

  it('accepts a certificate for servers only while the anchor excepts it (ADR 0015)', async () => {
    const server = await leafOf(issuing, { extendedKeyUsage: ['serverAuth'] });
    const refused = { accepted: false, denial: 'client_auth_not_permitted', fault: 'leaf.eku', depth: 0 };
    expect(accept(server, [issuing])).toEqual(refused);
    expect(accept(server, [issuing], { serverAuthUntil: NOON })).toMatchObject({ accepted: true });
    expect(accept(server, [issuing], { serverAuthUntil: new Date(NOON.getTime() - 1) })).toEqual(refused);
    // What else is wrong with its path does not matter then: the leaf alone is refused.
    expect(accept(server, [], { serverAuthUntil: NOON })).toEqual(refused);
  });

  it('asks for revocation where the anchor does (RFC 5280 §6.3)', () => {
    const times = { thisUpdate: new Date('2026-06-01T11:00:00Z'), nextUpdate: YEAR.notAfter };
    const revoked = [{ certificate: acmeLeaf.der, since: times.thisUpdate, reason: 1 }];
    const lists = [makeRevocationList(issuing, { ...times, revoked }), makeRevocationList(root, times)];
    expect(accept(acmeLeaf, [issuing], { lists })).toMatchObject({ accepted: true });
    expect(accept(acmeLeaf, [issuing], { lists, revocation: 'soft' })).toMatchObject({
      denial: 'certificate_revoked',
      depth: 0,
    });
    expect(accept(acmeLeaf, [issuing], { revocation: 'hard' })).toMatchObject({
      denial: 'revocation_unknown',
    });
    expect(accept(acmeLeaf, [issuing], { revocation: 'soft' })).toEqual({
      accepted: true,
      unknownRevocation: 'rev.unknown_no_source',
    });
  });

  it('believes the OCSP responses at hand (RFC 6960)', () => {
    const about = (certificate: IssuedCertificate, issuer: Signer, status: OcspStatus): OcspResponseEntry =>
      ocspResponse(certificate, issuer, status).value as OcspResponseEntry;
    const good = [about(acmeLeaf, issuing, 'good'), about(issuing, root, 'good')];
    const revoked = [about(acmeLeaf, issuing, { revokedSince: YEAR.notBefore, reason: 1 }), good[1]!];
    const under = (responses: readonly OcspResponseEntry[]): Acceptance =>
      accept(acmeLeaf, [issuing], { responses, revocation: 'hard' });
    expect(under(good)).toEqual({ accepted: true, unknownRevocation: undefined });
    expect(under(revoked)).toMatchObject({ denial: 'certificate_revoked', depth: 0 });
  });
});
