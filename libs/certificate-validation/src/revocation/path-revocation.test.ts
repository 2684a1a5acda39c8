import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  encodeDer,
  makeOcspResponse,
  makeRevocationList,
  type Authority,
  type IssuedCertificate,
  type OcspStatementOptions,
  type RevocationListOptions,
} from '@holdfast/test-pki';
import { STRICT_PARSING, type Certificate } from '../certificate/certificate.js';
import { PARTNER_CERTIFICATES } from '../path/policy.js';
import { bytes } from '../testing/der-surgery.js';
import { ALL_OTHER_REASONS, KEY_COMPROMISE, scope } from '../testing/list-scope.js';
import {
  INTERMEDIATE,
  LEAF,
  NOON,
  parsed,
  partnerWorld,
  verdictOn,
  YEAR,
  type PartnerWorld,
} from '../testing/partner-world.js';
import { parseOcspResponse, type OcspResponse } from './ocsp-response.js';
import { revocationOf, type PathRevocation, type RevocationEvidence } from './path-revocation.js';
import { parseRevocationList, type RevocationList } from './revocation-list.js';

const RULES = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 86_400,
} as const;
const JULY = new Date('2026-07-01T00:00:00Z');

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

function list(
  signer: Authority,
  revoked: readonly IssuedCertificate[] = [],
  change: Partial<RevocationListOptions> = {},
): RevocationList {
  const entries = revoked.map(({ der }) => ({ certificate: der, since: NOON }));
  const options = { thisUpdate: YEAR.notBefore, nextUpdate: YEAR.notAfter, revoked: entries, ...change };
  const result = parseRevocationList(makeRevocationList(signer, options));
  if (!result.parsed) throw new Error(result.fault);
  return result.list;
}

function response(status: OcspStatementOptions['status']): OcspResponse {
  const statement = { certificate: world.issued.der, issuer: world.intermediate, status };
  const times = { thisUpdate: YEAR.notBefore, nextUpdate: JULY };
  const der = makeOcspResponse(world.intermediate, {
    producedAt: NOON,
    statements: [{ ...statement, ...times }],
  });
  const result = parseOcspResponse(der, STRICT_PARSING);
  if (!result.parsed) throw new Error(result.fault);
  return result.response;
}

function revocation(evidence: Partial<RevocationEvidence>): PathRevocation {
  const verdict = verdictOn(world);
  if (!verdict.trusted) throw new Error('the world is broken');
  const all = { lists: [], responses: [], signers: [], ...evidence };
  return revocationOf(verdict.path, all, PARTNER_CERTIFICATES, RULES, NOON);
}

describe('revocationOf (RFC 5280 §6.3)', () => {
  it('is good if every certificate below the anchor is', () => {
    const lists = [list(world.root), list(world.intermediate, [], { nextUpdate: JULY })];
    expect(revocation({ lists })).toEqual({ status: 'good', freshUntil: JULY });
  });

  it.each<[string, () => Partial<RevocationEvidence>, object]>([
    [
      'a revoked leaf',
      () => ({ lists: [list(world.root), list(world.intermediate, [world.issued])] }),
      { status: 'revoked', depth: 0 },
    ],
    [
      'a revoked intermediate',
      () => ({ lists: [list(world.root, [world.intermediate]), list(world.intermediate)] }),
      { status: 'revoked', depth: 1 },
    ],
    [
      'a leaf of which nothing is known',
      () => ({ lists: [list(world.root)] }),
      { status: 'unknown', depth: 0 },
    ],
    [
      'an intermediate of which nothing is known',
      () => ({ lists: [list(world.intermediate)] }),
      { status: 'unknown', depth: 1 },
    ],
    ['no evidence at all', () => ({}), { status: 'unknown', cause: 'rev.unknown_no_source', depth: 0 }],
    [
      'a revoked intermediate, although nothing is known of the leaf that it has issued',
      () => ({ lists: [list(world.root, [world.intermediate])] }),
      { status: 'revoked', depth: 1 },
    ],
  ])('tells %s', (_name, evidence, expected) => {
    expect(revocation(evidence())).toMatchObject(expected);
  });

  it('takes a response for the leaf and a list for its issuer', () => {
    expect(revocation({ responses: [response('good')], lists: [list(world.root)] })).toEqual({
      status: 'good',
      freshUntil: JULY,
    });
  });

  it.each<[string, () => Partial<RevocationEvidence>]>([
    [
      'the response, whatever the list says',
      () => ({ responses: [response({ revokedSince: NOON })], lists: [list(world.intermediate)] }),
    ],
    [
      'the list, whatever the response says',
      () => ({ responses: [response('good')], lists: [list(world.intermediate, [world.issued])] }),
    ],
  ])('is revoked by %s', (_name, evidence) => {
    const { lists = [], ...rest } = evidence();
    expect(revocation({ ...rest, lists: [list(world.root), ...lists] })).toMatchObject({
      status: 'revoked',
      depth: 0,
    });
  });

  it('tells why a response does not know where there is no list', () => {
    expect(revocation({ responses: [response('unknown')] })).toMatchObject({ cause: 'rev.unknown_scope' });
  });

  const stale = (): RevocationList => list(world.intermediate, [], { nextUpdate: YEAR.notBefore });

  it('tells why the list does not know where there is one', () => {
    const evidence = { responses: [response('unknown')], lists: [stale()] };
    expect(revocation(evidence)).toMatchObject({ cause: 'rev.unknown_stale' });
  });

  it('takes a response where the list is stale', () => {
    const evidence = { responses: [response('good')], lists: [stale(), list(world.root)] };
    expect(revocation(evidence)).toMatchObject({ status: 'good' });
  });
});

describe('a second key that signs the lists of an issuer (RFC 5280 §6.3.3 (f))', () => {
  let crlKey: Authority;
  beforeAll(async () => {
    crlKey = await world.root.issueAuthority({
      subject: 'CN=Issuing CA,O=Acme',
      keyUsage: ['cRLSign'],
      basicConstraints: 'absent',
      ...YEAR,
    });
  });

  const by = (evidence: { roots: RevocationList; signer?: Authority }): PathRevocation =>
    revocation({
      lists: [evidence.roots, list(evidence.signer ?? crlKey)],
      signers: [parsed((evidence.signer ?? crlKey).der)],
    });

  it('counts under the same anchor while it is not revoked', () => {
    expect(by({ roots: list(world.root) })).toMatchObject({ status: 'good' });
  });

  it('does not count for what another key has issued, where the authority has a list for each key (AD CS)', () => {
    const caVersion = { oid: '1.3.6.1.4.1.311.21.1', value: bytes(2, 1, 0) };
    const [own, other] = [world.intermediate, crlKey].map((key) =>
      list(key, [], { extensions: [caVersion] }),
    );
    const signers = [parsed(crlKey.der)];
    const lists = [list(world.root), other!];
    expect(revocation({ lists, signers })).toMatchObject({ status: 'unknown', depth: 0 });
    expect(revocation({ lists: [...lists, own!], signers })).toMatchObject({ status: 'good' });
  });

  it('does not count once it is revoked', () => {
    expect(by({ roots: list(world.root, [crlKey]) })).toMatchObject({ status: 'unknown', depth: 0 });
  });

  it('does not count without a path to the anchor', async () => {
    const stranger = await partnerWorld();
    expect(by({ roots: list(world.root), signer: stranger.intermediate })).toMatchObject({
      status: 'unknown',
    });
  });

  describe('that the issuer itself has issued', () => {
    let own: Authority;
    let signers: readonly Certificate[];
    beforeAll(async () => {
      own = await world.intermediate.issueAuthority({ ...INTERMEDIATE, keyUsage: ['cRLSign'] });
      signers = [own, world.intermediate].map(({ der }) => parsed(der));
    });
    const forSome = (signer: Authority, reasons: Uint8Array): RevocationList =>
      list(signer, [], { extensions: [scope(encodeDer(0x83, reasons))] });

    it.each<[string, () => readonly RevocationList[]]>([
      ['does not vouch for itself', () => [list(own)]],
      [
        'does not vouch for itself in part',
        () => [forSome(own, KEY_COMPROMISE), forSome(world.intermediate, ALL_OTHER_REASONS)],
      ],
    ])('%s', (_name, lists) => {
      const evidence = { lists: [list(world.root), ...lists()], signers };
      expect(revocation(evidence)).toMatchObject({ status: 'unknown', depth: 0 });
    });

    it('counts once a list of the issuer vouches for it', () => {
      const lists = [list(world.root), list(world.intermediate), list(own, [world.issued])];
      expect(revocation({ lists, signers })).toMatchObject({ status: 'revoked', depth: 0 });
    });
  });

  it('counts for every certificate of the path that bears the name of its issuer', async () => {
    const renewed = await world.intermediate.issueAuthority(INTERMEDIATE);
    const leaf = parsed((await renewed.issue(LEAF)).der);
    const bag = [parsed(world.intermediate.der), parsed(renewed.der)];
    const verdict = verdictOn(world.with({ leaf, bag }));
    if (!verdict.trusted) throw new Error(verdict.fault);
    const evidence = {
      lists: [list(world.root), list(crlKey)],
      responses: [],
      signers: [parsed(crlKey.der)],
    };
    expect(revocationOf(verdict.path, evidence, PARTNER_CERTIFICATES, RULES, NOON)).toMatchObject({
      status: 'good',
    });
  });

  it('does not count after its end', async () => {
    const old = await world.root.issueAuthority({
      ...LEAF,
      subject: 'CN=Issuing CA,O=Acme',
      keyUsage: ['cRLSign'],
      notAfter: new Date('2026-05-01T00:00:00Z'),
    });
    expect(by({ roots: list(world.root), signer: old })).toMatchObject({ status: 'unknown' });
  });

  it('asks a bounded number of times among many keys of one name', async () => {
    const signers = await Promise.all(
      Array.from({ length: 6 }, () => world.intermediate.issueAuthority(INTERMEDIATE)),
    );
    let questions = 0;
    const evidence = {
      lists: [list(world.root)],
      signers: [world.intermediate, ...signers].map(({ der }) => parsed(der)),
      // Read once for each status that is asked for.
      get responses() {
        questions += 1;
        return [];
      },
    };
    const verdict = verdictOn(world);
    if (!verdict.trusted) throw new Error('the world is broken');
    revocationOf(verdict.path, evidence, PARTNER_CERTIFICATES, RULES, NOON);
    expect(questions).toBeLessThanOrEqual(40);
  });
});
