import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  encodeDer,
  encodeName,
  encodeAttribute,
  makeRevocationList,
  type Authority,
  type RawExtension,
  type RevocationListOptions,
} from '@holdfast/test-pki';
import type { Certificate } from '../certificate/certificate.js';
import { ascii, bytes } from '../testing/der-surgery.js';
import {
  ALL_OTHER_REASONS,
  DELTA,
  directoryBelowIssuer,
  fullName,
  KEY_COMPROMISE,
  point,
  points,
  relativeName,
  scope,
  TRUE,
  UNKNOWN,
  uri,
} from '../testing/list-scope.js';
import {
  INTERMEDIATE,
  LEAF,
  NOON,
  parsed,
  partnerWorld,
  type PartnerWorld,
} from '../testing/partner-world.js';
import { statusByLists } from './list-status.js';
import { parseRevocationList, type RevocationList } from './revocation-list.js';
import { UNKNOWN_CAUSES, type RevocationRules, type RevocationStatus, type UnknownCause } from './status.js';

const HOUR = 3_600_000;
const before = (hours: number): Date => new Date(NOON.getTime() - hours * HOUR);
const after = (hours: number): Date => new Date(NOON.getTime() + hours * HOUR);
const DAY: RevocationListOptions = { thisUpdate: before(1), nextUpdate: after(23) };
const RULES: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 86_400,
};

const URL = 'http://crl.acme.example/all.crl';

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

interface Situation {
  readonly certificate?: Certificate;
  readonly lists: readonly RevocationList[];
  readonly signers?: readonly Certificate[];
  readonly rules?: Partial<RevocationRules>;
}

const listed = (reason?: number): RevocationListOptions['revoked'] => [
  { certificate: world.issued.der, since: before(2), ...(reason === undefined ? {} : { reason }) },
];

function list(
  change: Partial<RevocationListOptions> = {},
  signer: Authority = world.intermediate,
): RevocationList {
  const result = parseRevocationList(makeRevocationList(signer, { ...DAY, ...change }));
  if (!result.parsed) throw new Error(`the test made a CRL that does not parse: ${result.fault}`);
  return result.list;
}

function status({ certificate = world.leaf, lists, signers, rules }: Situation): RevocationStatus {
  const known = signers ?? [parsed(world.intermediate.der)];
  return statusByLists(certificate, lists, known, { ...RULES, ...rules }, NOON);
}

const leafWith = async (...extensions: RawExtension[]): Promise<Certificate> =>
  parsed((await world.intermediate.issue({ ...LEAF, extensions })).der);

type Case = readonly [name: string, situation: () => Situation | Promise<Situation>];

const GOOD: readonly Case[] = [
  ['a fresh complete list without it', () => ({ lists: [list()] })],
  [
    'a list of which only other certificates stand',
    () => ({ lists: [list({ revoked: [{ certificate: world.intermediate.der, since: before(2) }] })] }),
  ],
  [
    'a list that is for users only',
    () => ({ lists: [list({ extensions: [scope(encodeDer(0x81, TRUE))] })] }),
  ],
  [
    'a list at its distribution point',
    async () => ({
      certificate: await leafWith(points(point(fullName(uri(URL))))),
      lists: [list({ extensions: [scope(fullName(uri(URL)))] })],
    }),
  ],
  [
    'a list at a point named below the issuer',
    async () => ({
      certificate: await leafWith(points(point(relativeName('crl 1')))),
      lists: [list({ extensions: [scope(fullName(directoryBelowIssuer('crl 1')))] })],
    }),
  ],
  [
    'a list without a point for a certificate with one (RFC 5280 §6.3.3)',
    async () => ({ certificate: await leafWith(points(point(fullName(uri(URL))))), lists: [list()] }),
  ],
  [
    'two lists that cover all reasons together',
    () => ({
      lists: [
        list({ extensions: [scope(encodeDer(0x83, KEY_COMPROMISE))] }),
        list({ extensions: [scope(encodeDer(0x83, ALL_OTHER_REASONS))] }),
      ],
    }),
  ],
  ['a list without nextUpdate that is young enough', () => ({ lists: [list({ nextUpdate: undefined })] })],
  [
    'an extension that is unknown and not critical',
    () => ({ lists: [list({ extensions: [{ ...UNKNOWN, critical: false }] })] }),
  ],
  [
    'a delta CRL beside a complete one, and on neither',
    () => ({ lists: [list({ extensions: [DELTA] }), list()] }),
  ],
  [
    'a second key of the issuer that is proven',
    async () => {
      const other = await world.root.issueAuthority({ ...INTERMEDIATE, keyUsage: ['cRLSign'] });
      return { lists: [list({}, other)], signers: [parsed(world.intermediate.der), parsed(other.der)] };
    },
  ],
  [
    'a list at two points, of which one is its own',
    async () => ({
      certificate: await leafWith(points(point(fullName(uri(URL))))),
      lists: [list({ extensions: [scope(fullName(uri('http://other.example/'), uri(URL)))] })],
    }),
  ],
  [
    'a delta CRL that lifts a hold which no complete list has any more (RFC 5280 §5.3.1)',
    () => ({ lists: [list({ revoked: listed(8), extensions: [DELTA] }), list()] }),
  ],
  [
    'an issuer whose keyUsage is absent (RFC 5280 §6.3.3 (f))',
    async () => {
      const issuer = await world.root.issueAuthority({ ...INTERMEDIATE, keyUsage: undefined });
      const certificate = parsed((await issuer.issue(LEAF)).der);
      return { certificate, lists: [list({}, issuer)], signers: [parsed(issuer.der)] };
    },
  ],
  ['a bad list beside a good one', () => ({ lists: [list({ nextUpdate: before(0.5) }), list()] })],
];

const REVOKED: readonly Case[] = [
  ['on a fresh list', () => ({ lists: [list({ revoked: listed() })] })],
  ['with certificateHold', () => ({ lists: [list({ revoked: listed(6) })] })],
  ['on one of two lists', () => ({ lists: [list(), list({ revoked: listed() })] })],
  ['on a list that is stale', () => ({ lists: [list({ revoked: listed(), nextUpdate: before(0.5) })] })],
  ['on a delta CRL', () => ({ lists: [list(), list({ revoked: listed(), extensions: [DELTA] })] })],
  [
    'on a list for some reasons only',
    () => ({ lists: [list({ revoked: listed(1), extensions: [scope(encodeDer(0x83, KEY_COMPROMISE))] })] }),
  ],
  [
    'although its distribution points cannot be read',
    async () => {
      const issued = await world.intermediate.issue({ ...LEAF, extensions: [points(bytes(5, 0))] });
      const revoked = [{ certificate: issued.der, since: before(2) }];
      return { certificate: parsed(issued.der), lists: [list({ revoked })] };
    },
  ],
  [
    'on a list at another point than its own',
    () => ({ lists: [list({ revoked: listed(), extensions: [scope(fullName(uri(URL)))] })] }),
  ],
  [
    'on a list for authorities only',
    () => ({ lists: [list({ revoked: listed(), extensions: [scope(encodeDer(0x82, TRUE))] })] }),
  ],
  [
    'by the first of two entries, whatever the second says',
    () => ({ lists: [list({ revoked: [...listed(1)!, ...listed(8)!] })] }),
  ],
  [
    'by the second of two entries, whatever the first says',
    () => ({ lists: [list({ revoked: [...listed(8)!, ...listed(1)!] })] }),
  ],
];

const UNKNOWN_CASES: Record<UnknownCause, readonly Case[]> = {
  'rev.unknown_no_source': [
    ['without a list', () => ({ lists: [] })],
    ['with a list of another issuer only', () => ({ lists: [list({}, world.root)] })],
  ],
  'rev.unknown_malformed': [
    [
      'with a distribution point that is none',
      async () => ({ certificate: await leafWith(points(bytes(5, 0))), lists: [list()] }),
    ],
    [
      'with a point of reasons alone (RFC 5280 §4.2.1.13)',
      async () => ({
        certificate: await leafWith(points(point(encodeDer(0x81, KEY_COMPROMISE)))),
        lists: [list()],
      }),
    ],
  ],
  'rev.unknown_stale': [
    ['past nextUpdate (keycloak#35983)', () => ({ lists: [list({ nextUpdate: before(0.5) })] })],
    [
      'with a list from the future, whatever is on it',
      () => ({ lists: [list({ thisUpdate: after(1), revoked: listed() })] }),
    ],
    [
      'with an old list without nextUpdate',
      () => ({ lists: [list({ thisUpdate: before(25), nextUpdate: undefined })] }),
    ],
    ['with a list older than we allow', () => ({ lists: [list()], rules: { maximumAge: 60 } })],
  ],
  'rev.unknown_scope': [
    [
      'with a list for authorities only',
      () => ({ lists: [list({ extensions: [scope(encodeDer(0x82, TRUE))] })] }),
    ],
    [
      'with a list for users only, where the certificate does not say whether it is one (version 1)',
      () => ({
        certificate: { ...world.leaf, version: 1 },
        lists: [list({ extensions: [scope(encodeDer(0x81, TRUE))] })],
      }),
    ],
    [
      'with a list for attribute certificates only',
      () => ({ lists: [list({ extensions: [scope(encodeDer(0x85, TRUE))] })] }),
    ],
    [
      'on a list for attribute certificates, whose numbers are others',
      () => ({ lists: [list({ revoked: listed(), extensions: [scope(encodeDer(0x85, TRUE))] })] }),
    ],
    [
      'on an indirect list, which may mean the certificate of another issuer',
      () => ({ lists: [list({ revoked: listed(), extensions: [scope(encodeDer(0x84, TRUE))] })] }),
    ],
    ['with an indirect list', () => ({ lists: [list({ extensions: [scope(encodeDer(0x84, TRUE))] })] })],
    [
      'with a list at another point',
      async () => ({
        certificate: await leafWith(points(point(fullName(uri(URL))))),
        lists: [list({ extensions: [scope(fullName(uri('http://other.example/')))] })],
      }),
    ],
    [
      'with a list for some reasons only',
      () => ({ lists: [list({ extensions: [scope(encodeDer(0x83, KEY_COMPROMISE))] })] }),
    ],
    ['with a delta CRL alone', () => ({ lists: [list({ extensions: [DELTA] })] })],
    [
      'where another authority signs the list of the point',
      async () => ({
        certificate: await leafWith(
          points(
            point(
              fullName(uri(URL)),
              encodeDer(0xa2, encodeDer(0xa4, encodeName([encodeAttribute('2.5.4.3', ascii('x'))]))),
            ),
          ),
        ),
        lists: [list({ extensions: [scope(fullName(uri(URL)))] })],
      }),
    ],
  ],
  'rev.unknown_critical_extension': [
    [
      'with an unknown critical extension (RFC 5280 §5.2)',
      () => ({ lists: [list({ extensions: [UNKNOWN], revoked: listed() })] }),
    ],
    [
      'with an unknown critical extension of another entry (RFC 5280 §5.3)',
      () => ({
        lists: [
          list({
            revoked: [{ certificate: world.intermediate.der, since: before(2), extensions: [UNKNOWN] }],
          }),
        ],
      }),
    ],
  ],
  'rev.unknown_signer': [
    [
      'where the issuer may not sign lists (RFC 5280 §4.2.1.3)',
      async () => {
        const issuer = await world.root.issueAuthority({ ...INTERMEDIATE, keyUsage: ['keyCertSign'] });
        return {
          certificate: parsed((await issuer.issue(LEAF)).der),
          lists: [list({}, issuer)],
          signers: [parsed(issuer.der)],
        };
      },
    ],
    [
      'where the signer bears another name, although the key is right (RFC 5280 §6.3.3 (f))',
      async () => {
        const { keys } = world.intermediate;
        const other = await world.root.issueAuthority({ ...INTERMEDIATE, subject: 'CN=Other CA', keys });
        return { lists: [list()], signers: [parsed(other.der)] };
      },
    ],
    ['where nobody is proven', () => ({ lists: [list()], signers: [] })],
  ],
  'rev.unknown_signature': [
    [
      'where a namesake of the issuer signed',
      async () => ({ lists: [list({}, await createAuthority(INTERMEDIATE))] }),
    ],
    [
      'where the list was changed',
      () => {
        const der = makeRevocationList(world.intermediate, { ...DAY, revoked: listed() });
        der[der.length - 1]! ^= 1;
        const result = parseRevocationList(der);
        return { lists: result.parsed ? [result.list] : [] };
      },
    ],
    ['signed with SHA-1', () => ({ lists: [list({ signatureHash: 'SHA-1' })] })],
  ],
};

describe('statusByLists (RFC 5280 §6.3.3)', () => {
  it.each(GOOD)('is good by %s', async (_name, situation) => {
    expect(status(await situation())).toMatchObject({ status: 'good' });
  });

  it.each(REVOKED)('is revoked %s', async (_name, situation) => {
    expect(status(await situation())).toMatchObject({ status: 'revoked', since: before(2) });
  });

  describe.each(Object.entries(UNKNOWN_CASES))('%s', (cause, cases) => {
    it.each(cases)('is unknown %s', async (_name, situation) => {
      expect(status(await situation())).toEqual({ status: 'unknown', cause });
    });
  });

  it('has a case for every cause', () => {
    expect(Object.keys(UNKNOWN_CASES).sort()).toEqual(Object.keys(UNKNOWN_CAUSES).sort());
  });

  it('tells the reason of the revocation', () => {
    expect(status({ lists: [list({ revoked: listed(1) })] })).toMatchObject({ reason: 1 });
  });

  it('lifts no hold by a delta CRL', () => {
    const lists = [list({ revoked: listed(6) }), list({ revoked: listed(8), extensions: [DELTA] })];
    expect(status({ lists })).toMatchObject({ status: 'revoked' });
  });

  it('is good until the first of its lists ends', () => {
    const early = list({ extensions: [scope(encodeDer(0x83, KEY_COMPROMISE))], nextUpdate: after(2) });
    const late = list({ extensions: [scope(encodeDer(0x83, ALL_OTHER_REASONS))] });
    expect(status({ lists: [early, late] })).toEqual({ status: 'good', freshUntil: after(2) });
  });

  it('ends with the maximum age', () => {
    expect(status({ lists: [list()], rules: { maximumAge: 7_200 } })).toEqual({
      status: 'good',
      freshUntil: after(1),
    });
    expect(status({ lists: [list({ nextUpdate: undefined })] })).toEqual({
      status: 'good',
      freshUntil: after(23),
    });
  });

  it('is fresh in its first and last second', () => {
    expect(status({ lists: [list({ thisUpdate: NOON })] })).toMatchObject({ status: 'good' });
    expect(status({ lists: [list({ nextUpdate: NOON })] })).toMatchObject({ status: 'good' });
  });

  it('asks for the signature under each key and each rule, however often it has verified (RFC 5280 §6.3.3 (g))', async () => {
    const sha1 = list({ signatureHash: 'SHA-1' });
    const namesake = parsed((await createAuthority(INTERMEDIATE)).der);
    const tolerated = { lists: [sha1], rules: { signatureAlgorithms: 'strong-or-sha1' } } as const;
    expect(status(tolerated)).toMatchObject({ status: 'good' });
    expect(status({ lists: [sha1] })).toMatchObject({ cause: 'rev.unknown_signature' });
    expect(status({ ...tolerated, signers: [namesake] })).toMatchObject({ cause: 'rev.unknown_signature' });
    expect(status(tolerated)).toMatchObject({ status: 'good' });
  });
});
