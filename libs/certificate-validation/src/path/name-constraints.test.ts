import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  encodeAttribute,
  encodeDer,
  encodeName,
  encodeOid,
  TAG,
  type CertificateOptions,
} from '@holdfast/test-pki';
import { parseCertificate } from '../certificate/certificate.js';
import { CERTIFICATE_FAULTS, type CertificateFault } from '../fault.js';
import { ascii, bytes } from '../testing/der-surgery.js';
import {
  INTERMEDIATE,
  LEAF,
  parsed,
  partnerWorld,
  verdictOn,
  type PartnerWorld,
  type Presented,
} from '../testing/partner-world.js';

const subtree = (tag: number, contents: Uint8Array): Uint8Array =>
  encodeDer(TAG.sequence, encodeDer(tag, contents));
const dns = (name: string): Uint8Array => subtree(0x82, ascii(name));
const email = (name: string): Uint8Array => subtree(0x81, ascii(name));
const uri = (name: string): Uint8Array => subtree(0x86, ascii(name));
const ip = (...octets: number[]): Uint8Array => subtree(0x87, bytes(...octets));
const directory = (...rdns: Uint8Array[][]): Uint8Array => subtree(0xa4, encodeName(...rdns));
const otherName = (): Uint8Array => subtree(0xa0, encodeOtherName());
const encodeOtherName = (): Uint8Array =>
  Uint8Array.from(
    Buffer.concat([
      encodeOid('1.3.6.1.4.1.311.20.2.3'),
      encodeDer(0xa0, encodeDer(TAG.utf8String, ascii('x'))),
    ]),
  );

const permit = (...bases: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, encodeDer(0xa0, ...bases));
const exclude = (...bases: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, encodeDer(0xa1, ...bases));

const constrainedBy = (value: Uint8Array, critical = true): Partial<CertificateOptions> => ({
  extensions: [{ oid: '2.5.29.30', critical, value }],
});

const ORGANIZATION = '2.5.4.10';
const UTF8_MUELLER = Buffer.from('M\u00fcller');
const organization = (name: string): Uint8Array[] => [encodeAttribute(ORGANIZATION, ascii(name))];
const noAltNames = { san: undefined };

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

/** The valid world with a constrained intermediate, and a leaf with these names under it. */
async function under(value: Uint8Array, leaf: Partial<CertificateOptions> = {}): Promise<Presented> {
  const intermediate = await world.root.issueAuthority({
    ...INTERMEDIATE,
    ...constrainedBy(value),
  });
  const issued = await intermediate.issue({ ...LEAF, ...leaf });
  return world.with({ leaf: parsed(issued.der), bag: [parsed(intermediate.der)] });
}

const san = (names: NonNullable<CertificateOptions['san']>): Partial<CertificateOptions> => ({ san: names });

type Case = readonly [name: string, constraints: Uint8Array, leaf?: Partial<CertificateOptions>];

/** A row with fewer values than the test has parameters would make jest pass a callback. */
const withLeaf = (cases: readonly Case[]): Required<Case>[] =>
  cases.map(([name, constraints, leaf]) => [name, constraints, leaf ?? {}]);

const ACCEPTED: readonly Case[] = [
  ['a DNS name below the permitted one', permit(dns('partner.example'))],
  ['the permitted DNS name itself, in other case', permit(dns('API.Partner.Example'))],
  ['a DNS name below a base with a leading dot', permit(dns('.partner.example'))],
  [
    'a wildcard that stands for permitted names only',
    permit(dns('partner.example')),
    san({ dns: ['*.partner.example'] }),
  ],
  ['a DNS name where only addresses are constrained', permit(ip(10, 0, 0, 0, 255, 0, 0, 0))],
  ['a DNS name beside an excluded one', exclude(dns('admin.partner.example'))],
  ['a subject below the permitted directory', permit(directory(organization('ACME')))],
  ['an address in the permitted range', permit(ip(10, 0, 0, 0, 255, 0, 0, 0)), san({ ip: ['10.255.0.1'] })],
  [
    'IPv4 where an IPv4-mapped range is excluded',
    exclude(ip(...mapped(10, 0, 0, 0), ...Array<number>(16).fill(255))),
    san({ ip: ['10.0.0.0'] }),
  ],
  [
    'a mailbox on the permitted host',
    permit(email('partner.example')),
    san({ email: ['Ops@PARTNER.example'] }),
  ],
  [
    'a mailbox on a host below a permitted domain',
    permit(email('.partner.example')),
    san({ email: ['ops@mail.partner.example'] }),
  ],
  [
    'the one permitted mailbox',
    permit(email('ops@partner.example')),
    san({ email: ['ops@partner.example'] }),
  ],
  [
    'a URI on the permitted host, with port and user',
    permit(uri('partner.example')),
    san({ uri: ['https://u@partner.example:8443/a?b#c'] }),
  ],
  [
    'a URI on a host below a permitted domain',
    permit(uri('.partner.example')),
    san({ uri: ['spiffe://a.partner.example/x'] }),
  ],
];

function mapped(...address: number[]): number[] {
  return [...Array<number>(10).fill(0), 255, 255, ...address];
}

const BAD_EMAILS = ['ops', '"ops"@partner.example', 'a@b@partner.example', 'ops@[192.0.2.1]'];
const BAD_URIS = [
  'urn:partner:1',
  'https://192.0.2.1/',
  'https://[2001:db8::1]/',
  'https://0x7f.1/',
  'https://a@b@partner.example/',
  'https://partner.example%2f/',
];

const REFUSED: Record<Exclude<Extract<CertificateFault, `nc.${string}`>, 'nc.malformed'>, readonly Case[]> = {
  'nc.not_permitted': [
    ['a DNS name of which the base is no whole label', permit(dns('artner.example'))],
    ['the base itself below a leading dot', permit(dns('.api.partner.example'))],
    [
      'a wildcard that stands for more than is permitted',
      permit(dns('api.partner.example')),
      san({ dns: ['*.partner.example'] }),
    ],
    ['a bare star', permit(dns('')), san({ dns: ['*'] })],
    ['any DNS name under a base that cannot be read', permit(dns('..'))],
    ['a subject elsewhere', permit(directory(organization('Umbrella')))],
    [
      'a comma in a value that looks like the permitted directory',
      permit(directory([encodeAttribute('2.5.4.3', ascii('y'))], organization('Acme'))),
      { subject: encodeName([encodeAttribute('2.5.4.3', ascii('y,2.5.4.10=Acme'))]) },
    ],
    [
      'an address of the other length',
      permit(ip(10, 0, 0, 0, 255, 0, 0, 0)),
      san({ ip: ['::ffff:10.0.0.1'] }),
    ],
    [
      'a mailbox on a host below the permitted one',
      permit(email('partner.example')),
      san({ email: ['ops@mail.partner.example'] }),
    ],
    [
      'a mailbox whose local part has another case',
      permit(email('ops@partner.example')),
      san({ email: ['Ops@partner.example'] }),
    ],
    [
      'emailAddress in the subject of a leaf without alternative names',
      permit(email('partner.example')),
      { subject: 'E=ops@other.example,CN=partner-1,O=Acme', ...noAltNames },
    ],
    [
      'a URI on a host below the permitted one',
      permit(uri('partner.example')),
      san({ uri: ['https://a.partner.example/'] }),
    ],
    ...BAD_EMAILS.map((name): Case => [
      `the mailbox ${name}`,
      permit(email('partner.example')),
      san({ email: [name] }),
    ]),
    ...BAD_URIS.map((name): Case => [
      `the URI ${name}`,
      permit(uri('partner.example')),
      san({ uri: [name] }),
    ]),
  ],
  'nc.excluded': [
    ['a DNS name below the excluded one', exclude(dns('partner.example'))],
    ['any DNS name where all are excluded', exclude(dns(''))],
    [
      'a wildcard that could stand for the excluded name (CVE-2025-61727)',
      exclude(dns('api.partner.example')),
      san({ dns: ['*.partner.example'] }),
    ],
    [
      'a name that is both permitted and excluded',
      encodeDer(
        TAG.sequence,
        encodeDer(0xa0, dns('partner.example')),
        encodeDer(0xa1, dns('api.partner.example')),
      ),
    ],
    [
      'the second of two names',
      exclude(dns('evil.example')),
      san({ dns: ['api.partner.example', 'evil.example'] }),
    ],
    ['a subject below the excluded directory', exclude(directory(organization('Acme')))],
    ...(
      [
        ['of a string type whose characters are not known', ascii('Acme'), TAG.teletexString],
        ['in another case beyond ASCII', Buffer.from('MÜLLER'), TAG.utf8String],
        ['in another composition of Unicode', Buffer.from('Mu\u0308ller'), TAG.utf8String],
      ] as const
    ).map(([what, value, tag]): Case => [
      `a subject ${what}`,
      exclude(directory(organization('Acme')), directory([encodeAttribute(ORGANIZATION, UTF8_MUELLER)])),
      { subject: encodeName([encodeAttribute(ORGANIZATION, value, tag)]) },
    ]),
    ['an excluded address', exclude(ip(10, 0, 0, 1, 255, 255, 255, 255)), san({ ip: ['10.0.0.1'] })],
    [
      'a mailbox whose local part has another case',
      exclude(email('ops@partner.example')),
      san({ email: ['OPS@partner.example'] }),
    ],
    [
      'any mailbox under a base that cannot be read',
      exclude(email('@partner.example')),
      san({ email: ['ops@other.example'] }),
    ],
    ...BAD_EMAILS.map((name): Case => [
      `the mailbox ${name}`,
      exclude(email('other.example')),
      san({ email: [name] }),
    ]),
    ...BAD_URIS.map((name): Case => [`the URI ${name}`, exclude(uri('other.example')), san({ uri: [name] })]),
  ],
  'nc.unsupported_type': [
    ['an otherName where some are permitted', permit(otherName()), withOtherName()],
    ['an otherName where some are excluded', exclude(otherName()), withOtherName()],
  ],
};

function withOtherName(): Partial<CertificateOptions> {
  const value = encodeDer(TAG.sequence, encodeDer(0xa0, encodeOtherName()));
  return { san: undefined, extensions: [{ oid: '2.5.29.17', value }] };
}

describe('name constraints of an intermediate (RFC 5280 §4.2.1.10)', () => {
  it.each(withLeaf(ACCEPTED))('accept %s', async (_name, constraints, leaf) => {
    expect(verdictOn(await under(constraints, leaf))).toMatchObject({ trusted: true });
  });

  describe.each(Object.entries(REFUSED))('%s', (fault, cases) => {
    it.each(withLeaf(cases))('refuse %s', async (_name, constraints, leaf) => {
      expect(verdictOn(await under(constraints, leaf))).toMatchObject({ trusted: false, fault, depth: 0 });
    });
  });

  it.each<[string, Uint8Array]>([
    ['without subtrees', bytes(0x30, 0)],
    ['with an empty list of permitted ones', encodeDer(TAG.sequence, encodeDer(0xa0))],
    ['with an empty list of excluded ones', encodeDer(TAG.sequence, encodeDer(0xa1))],
    ['with a minimum that is the default', permit(withDistance(0x80, 0))],
    ['with a minimum', permit(withDistance(0x80, 1))],
    ['with a maximum', permit(withDistance(0x81, 5))],
    ['with holes in an address mask', permit(ip(10, 0, 0, 0, 255, 0, 255, 0))],
    ['with an address range of an odd length', permit(ip(10, 0, 0, 0, 255))],
    ['of an unknown kind of name', permit(subtree(0x89, bytes(1)))],
  ])('are malformed %s', async (_name, value) => {
    const { der } = await world.root.issueAuthority({
      ...INTERMEDIATE,
      ...constrainedBy(value),
    });
    expect(parseCertificate(der)).toEqual({ parsed: false, fault: 'nc.malformed' });
  });

  it('has a case for every fault of name constraints', () => {
    const faults = Object.keys(CERTIFICATE_FAULTS).filter((fault) => fault.startsWith('nc.'));
    expect([...Object.keys(REFUSED), 'nc.malformed'].sort()).toEqual(faults.sort());
  });
});

describe('where name constraints apply', () => {
  const elsewhere = permit(directory(organization('Umbrella')));

  it('enforces them when they are not critical', async () => {
    const presented = await world.intermediateWith(constrainedBy(permit(dns('other.example')), false));
    expect(verdictOn(presented)).toMatchObject({ trusted: false, fault: 'nc.not_permitted' });
  });

  it('enforces those of the anchor on the intermediate (RFC 5937 §3.2)', async () => {
    expect(verdictOn(await world.rootWith(constrainedBy(elsewhere)))).toMatchObject({
      fault: 'nc.not_permitted',
      depth: 0,
    });
  });

  it('ignores those of the anchor where the policy says so', async () => {
    const presented = await world.rootWith(constrainedBy(elsewhere));
    const policy = { ...presented.policy, anchor: { validity: 'enforce', constraints: 'ignore' } } as const;
    expect(verdictOn({ ...presented, policy })).toMatchObject({ trusted: true });
  });

  it('does not hold a self-issued intermediate to them (RFC 5280 §6.1.3)', async () => {
    const below = permit(directory(organization('Acme'), [encodeAttribute('2.5.4.3', ascii('partner-1'))]));
    const first = await world.root.issueAuthority({ ...INTERMEDIATE, ...constrainedBy(below) });
    const second = await first.issueAuthority(INTERMEDIATE);
    const leaf = await second.issue(LEAF);
    const bag = [parsed(first.der), parsed(second.der)];
    expect(verdictOn(world.with({ leaf: parsed(leaf.der), bag }))).toMatchObject({ trusted: true });
  });

  it('holds an intermediate to them', async () => {
    const first = await world.root.issueAuthority({
      ...INTERMEDIATE,
      ...constrainedBy(exclude(directory(organization('Umbrella')))),
    });
    const second = await first.issueAuthority({ ...INTERMEDIATE, subject: 'CN=CA,O=Umbrella' });
    const leaf = await second.issue(LEAF);
    const bag = [parsed(first.der), parsed(second.der)];
    expect(verdictOn(world.with({ leaf: parsed(leaf.der), bag }))).toMatchObject({
      fault: 'nc.excluded',
      depth: 1,
    });
  });

  it('tries another path when the first one breaks them', async () => {
    const cross = await world.root.issueAuthority({
      ...INTERMEDIATE,
      keys: world.intermediate.keys,
      // The newest is tried first.
      notBefore: new Date(INTERMEDIATE.notBefore.getTime() + 1000),
      ...constrainedBy(elsewhere),
    });
    expect(verdictOn(world.with({ bag: [parsed(cross.der), ...world.bag] }))).toMatchObject({
      trusted: true,
    });
  });
});

function withDistance(tag: number, distance: number): Uint8Array {
  return encodeDer(TAG.sequence, encodeDer(0x82, ascii('partner.example')), encodeDer(tag, bytes(distance)));
}
