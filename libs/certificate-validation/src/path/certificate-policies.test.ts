import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, encodeDer, encodeOid, TAG, type RawExtension } from '@holdfast/test-pki';
import { parseCertificate } from '../certificate/certificate.js';
import { CERTIFICATE_FAULTS, type CertificateFault } from '../fault.js';
import { ascii, bytes } from '../testing/der-surgery.js';
import {
  INTERMEDIATE,
  LEAF,
  parsed,
  partnerWorld,
  ROOT,
  verdictOn,
  type PartnerWorld,
  type Presented,
} from '../testing/partner-world.js';
import type { InitialPolicies } from './policy.js';

const GOLD = '1.2.3.1';
const SILVER = '1.2.3.2';
const BRONZE = '1.2.3.3';
const TIN = '1.2.3.4';
const ANY = '2.5.29.32.0';

const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);
const information = (policy: string, ...qualifiers: Uint8Array[]): Uint8Array =>
  qualifiers.length === 0
    ? sequence(encodeOid(policy))
    : sequence(encodeOid(policy), sequence(...qualifiers));
const qualifier = (oid: string): Uint8Array => sequence(encodeOid(oid), encodeDer(TAG.ia5String, ascii('x')));

const policies = (...names: string[]): RawExtension => ({
  oid: '2.5.29.32',
  critical: true,
  value: sequence(...names.map((name) => information(name))),
});
const mappings = (...pairs: (readonly [from: string, to: string])[]): RawExtension => ({
  oid: '2.5.29.33',
  critical: true,
  value: sequence(...pairs.map(([from, to]) => sequence(encodeOid(from), encodeOid(to)))),
});
const mapping = (from: string, to: string): RawExtension => mappings([from, to]);
const constraints = (skip: { explicit?: number; mapping?: number }): RawExtension => ({
  oid: '2.5.29.36',
  critical: true,
  value: sequence(
    ...(skip.explicit === undefined ? [] : [encodeDer(0x80, bytes(skip.explicit))]),
    ...(skip.mapping === undefined ? [] : [encodeDer(0x81, bytes(skip.mapping))]),
  ),
});
const inhibitAny = (skip: number): RawExtension => ({
  oid: '2.5.29.54',
  critical: true,
  value: encodeDer(TAG.integer, bytes(skip)),
});

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

interface Path {
  readonly root?: RawExtension[];
  readonly intermediate?: RawExtension[];
  /** A second intermediate, of the name of the first (self-issued), or of another. */
  readonly selfIssued?: RawExtension[];
  readonly lower?: RawExtension[];
  readonly leaf?: RawExtension[];
  readonly initial?: Partial<InitialPolicies>;
}

/** The valid world with these extensions on its three certificates. */
async function pathWith({ root, leaf, initial, ...path }: Path): Promise<Presented> {
  const base = root === undefined ? world : await rootWith(root);
  let issuer = await base.root.issueAuthority({ ...INTERMEDIATE, extensions: path.intermediate ?? [] });
  const bag = [issuer.der];
  for (const [subject, extensions] of [
    [INTERMEDIATE.subject, path.selfIssued] as const,
    ['CN=Lower CA,O=Acme', path.lower] as const,
  ]) {
    if (extensions === undefined) continue;
    issuer = await issuer.issueAuthority({ ...INTERMEDIATE, subject, extensions });
    bag.push(issuer.der);
  }
  const issued = await issuer.issue({ ...LEAF, extensions: leaf ?? [] });
  return {
    ...world.with({ leaf: parsed(issued.der), bag, anchors: base.anchors }),
    policy: {
      ...world.policy,
      certificatePolicies: { ...world.policy.certificatePolicies, ...initial },
    },
  };
}

async function rootWith(extensions: RawExtension[]): Promise<Pick<PartnerWorld, 'root' | 'anchors'>> {
  const root = await createAuthority({ ...ROOT, extensions });
  return { root, anchors: [{ certificate: parsed(root.der) }] };
}

const REQUIRED = constraints({ explicit: 0 });
const NEVER_MAPPED = constraints({ explicit: 0, mapping: 0 });

const ACCEPTED: readonly (readonly [string, Path])[] = [
  ['policies that nobody asks for', { intermediate: [policies(GOLD)], leaf: [policies(SILVER)] }],
  [
    'a policy that holds from the intermediate to the leaf',
    { intermediate: [policies(GOLD), REQUIRED], leaf: [policies(GOLD)] },
  ],
  ['anyPolicy of the intermediate', { intermediate: [policies(ANY), REQUIRED], leaf: [policies(GOLD)] }],
  ['anyPolicy of the leaf', { intermediate: [policies(GOLD), REQUIRED], leaf: [policies(ANY)] }],
  [
    'a policy that the intermediate maps',
    { intermediate: [policies(GOLD), mapping(GOLD, SILVER), REQUIRED], leaf: [policies(SILVER)] },
  ],
  [
    'a mapping from a policy that only anyPolicy allows',
    { intermediate: [policies(ANY), mapping(GOLD, SILVER), REQUIRED], leaf: [policies(SILVER)] },
  ],
  [
    'a policy of the set that we require',
    {
      intermediate: [policies(GOLD, SILVER)],
      leaf: [policies(GOLD, SILVER)],
      initial: { explicitPolicy: 'require', acceptable: [SILVER] },
    },
  ],
  [
    'anyPolicy throughout, whatever set we require',
    {
      intermediate: [policies(ANY)],
      leaf: [policies(ANY)],
      initial: { explicitPolicy: 'require', acceptable: [SILVER] },
    },
  ],
  [
    'one policy of several that we require one of',
    {
      intermediate: [policies(GOLD)],
      leaf: [policies(GOLD)],
      initial: { explicitPolicy: 'require', acceptable: [SILVER, GOLD] },
    },
  ],
  [
    'a mapped policy where we require what it is called above the mapping',
    {
      intermediate: [policies(GOLD), mapping(GOLD, SILVER)],
      leaf: [policies(SILVER)],
      initial: { explicitPolicy: 'require', acceptable: [GOLD] },
    },
  ],
  ['no policy where one is required from the next but two on', { root: [constraints({ explicit: 3 })] }],
  ['no policy where one is required below the leaf', { intermediate: [constraints({ explicit: 2 })] }],
  [
    'no policy where a self-issued certificate is not counted (RFC 5280 §6.1.4 (h))',
    { root: [constraints({ explicit: 3 })], selfIssued: [] },
  ],
  [
    'a mapping of the intermediate where the anchor inhibits those below it',
    {
      root: [constraints({ explicit: 0, mapping: 1 })],
      intermediate: [policies(GOLD), mapping(GOLD, SILVER)],
      leaf: [policies(SILVER)],
    },
  ],
  [
    'a mapping below a self-issued certificate, which is not counted',
    {
      root: [constraints({ explicit: 0, mapping: 2 })],
      intermediate: [policies(GOLD)],
      selfIssued: [policies(GOLD)],
      lower: [policies(GOLD), mapping(GOLD, SILVER)],
      leaf: [policies(SILVER)],
    },
  ],
  [
    'anyPolicy of the leaf where it is inhibited below it only',
    { root: [inhibitAny(2)], intermediate: [policies(GOLD), REQUIRED], leaf: [policies(ANY)] },
  ],
  [
    'anyPolicy of a self-issued intermediate, although inhibited (RFC 5280 §6.1.3 (d) (2))',
    {
      intermediate: [policies(GOLD), REQUIRED, inhibitAny(0)],
      selfIssued: [policies(ANY)],
      leaf: [policies(GOLD)],
    },
  ],
  [
    'an anchor that names no policies',
    { root: [REQUIRED], intermediate: [policies(GOLD)], leaf: [policies(GOLD)] },
  ],
  [
    'a qualifier that is a CPS pointer',
    {
      leaf: [
        {
          oid: '2.5.29.32',
          critical: true,
          value: sequence(information(GOLD, qualifier('1.3.6.1.5.5.7.2.1'))),
        },
      ],
    },
  ],
  [
    'an unknown qualifier that is not critical (RFC 5280 §4.2.1.4)',
    { leaf: [{ oid: '2.5.29.32', critical: false, value: sequence(information(GOLD, qualifier('1.2.3'))) }] },
  ],
];

const REFUSED: Record<Extract<CertificateFault, `policy.${string}`>, readonly (readonly [string, Path])[]> = {
  'policy.none_valid': [
    [
      'a leaf without policies where one is required (RFC 5280 §4.2.1.11)',
      { intermediate: [policies(GOLD), REQUIRED] },
    ],
    [
      'another policy than that of the intermediate',
      { intermediate: [policies(GOLD), REQUIRED], leaf: [policies(SILVER)] },
    ],
    ['an intermediate without policies where one is required', { root: [REQUIRED], leaf: [policies(GOLD)] }],
    [
      'a policy outside the set that we require',
      {
        intermediate: [policies(GOLD)],
        leaf: [policies(GOLD)],
        initial: { explicitPolicy: 'require', acceptable: [SILVER] },
      },
    ],
    [
      'a leaf that requires a policy itself and has none',
      { intermediate: [policies(GOLD)], leaf: [REQUIRED] },
    ],
    [
      'anyPolicy of the leaf where it is inhibited (RFC 5280 §4.2.1.14)',
      { intermediate: [policies(GOLD), REQUIRED, inhibitAny(0)], leaf: [policies(ANY)] },
    ],
    [
      'anyPolicy of the intermediate where we inhibit it',
      {
        intermediate: [policies(ANY)],
        leaf: [policies(GOLD)],
        initial: { explicitPolicy: 'require', anyPolicy: 'inhibit' },
      },
    ],
    [
      'the policy of the issuer after it was mapped',
      { intermediate: [policies(GOLD), mapping(GOLD, SILVER), REQUIRED], leaf: [policies(GOLD)] },
    ],
    [
      'a mapped policy where the anchor inhibits mapping',
      {
        root: [NEVER_MAPPED],
        intermediate: [policies(GOLD), mapping(GOLD, SILVER)],
        leaf: [policies(SILVER)],
      },
    ],
    [
      'a mapped policy where we inhibit mapping',
      {
        intermediate: [policies(GOLD), mapping(GOLD, SILVER)],
        leaf: [policies(SILVER)],
        initial: { explicitPolicy: 'require', policyMapping: 'inhibit' },
      },
    ],
    [
      'a policy that we do not require, to which another is mapped',
      {
        intermediate: [policies(GOLD), mapping(GOLD, SILVER)],
        leaf: [policies(SILVER)],
        initial: { explicitPolicy: 'require', acceptable: [SILVER] },
      },
    ],
    [
      'a policy to which another one than the required is mapped',
      {
        intermediate: [policies(GOLD, SILVER), mappings([GOLD, BRONZE], [SILVER, TIN])],
        leaf: [policies(TIN)],
        initial: { explicitPolicy: 'require', acceptable: [GOLD] },
      },
    ],
    ['no policy where one is required from the leaf on', { intermediate: [constraints({ explicit: 1 })] }],
    ['no policy where one is required from the next but one on', { root: [constraints({ explicit: 2 })] }],
    [
      'no policy where a later certificate would require it later',
      { root: [constraints({ explicit: 1 })], intermediate: [constraints({ explicit: 5 })] },
    ],
    [
      'no policy where the third certificate below the anchor is the leaf',
      { root: [constraints({ explicit: 3 })], lower: [] },
    ],
    [
      'a mapping below the last that may map (RFC 5280 §6.1.4 (h))',
      {
        root: [constraints({ explicit: 0, mapping: 1 })],
        intermediate: [policies(GOLD)],
        lower: [policies(GOLD), mapping(GOLD, SILVER)],
        leaf: [policies(SILVER)],
      },
    ],
    [
      'anyPolicy below the last that may say so (RFC 5280 §6.1.4 (h))',
      { root: [inhibitAny(1)], intermediate: [policies(GOLD), REQUIRED], leaf: [policies(ANY)] },
    ],
    [
      'a policy that the anchor does not have',
      { root: [policies(SILVER), REQUIRED], intermediate: [policies(GOLD)], leaf: [policies(GOLD)] },
    ],
  ],
  'policy.any_mapped': [
    ['a mapping from anyPolicy (RFC 5280 §6.1.4 (a))', { intermediate: [policies(ANY), mapping(ANY, GOLD)] }],
    ['a mapping to anyPolicy', { intermediate: [policies(GOLD), mapping(GOLD, ANY)] }],
    ['a mapping to anyPolicy on the anchor', { root: [mapping(GOLD, ANY)] }],
  ],
  'policy.qualifier_unknown': [
    [
      'an unknown qualifier in a critical extension (RFC 5280 §4.2.1.4)',
      {
        leaf: [{ oid: '2.5.29.32', critical: true, value: sequence(information(GOLD, qualifier('1.2.3'))) }],
      },
    ],
  ],
};

describe('certificate policies of a path (RFC 5280 §6.1, RFC 9618)', () => {
  it.each(ACCEPTED)('accept %s', async (_name, path) => {
    expect(verdictOn(await pathWith(path))).toMatchObject({ trusted: true });
  });

  describe.each(Object.entries(REFUSED))('%s', (fault, cases) => {
    it.each(cases)('refuse %s', async (_name, path) => {
      expect(verdictOn(await pathWith(path))).toMatchObject({ trusted: false, fault });
    });
  });

  it('has a case for every fault of policies', () => {
    const faults = Object.keys(CERTIFICATE_FAULTS).filter((fault) => fault.startsWith('policy.'));
    expect(Object.keys(REFUSED).sort()).toEqual(faults.sort());
  });

  it.each<[string, RawExtension]>([
    ['a policy that stands twice (RFC 5280 §4.2.1.4)', policies(GOLD, GOLD)],
    ['an empty list of policies', { oid: '2.5.29.32', value: sequence() }],
    ['an empty list of mappings', { oid: '2.5.29.33', value: sequence() }],
    ['empty policyConstraints (RFC 5280 §4.2.1.11)', { oid: '2.5.29.36', value: sequence() }],
    ['a negative skip', { oid: '2.5.29.36', value: sequence(encodeDer(0x80, bytes(0xff))) }],
  ])('does not parse %s', async (_name, extension) => {
    const { der } = await world.intermediate.issue({ ...LEAF, extensions: [extension] });
    expect(parseCertificate(der)).toEqual({ parsed: false, fault: 'cert.extension_malformed' });
  });
});

describe('the policy graph (RFC 9618)', () => {
  it('does not grow with the number of ways to one policy (CVE-2023-0464)', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `1.2.4.${index}`);
    const crossed = many.flatMap((from) =>
      many.slice(0, 8).map((to) => sequence(encodeOid(from), encodeOid(to))),
    );
    let issuer = world.root;
    const bag: Uint8Array[] = [];
    for (let level = 0; level < 5; level++) {
      issuer = await issuer.issueAuthority({
        ...INTERMEDIATE,
        subject: `CN=Level ${level},O=Acme`,
        extensions: [policies(...many), { oid: '2.5.29.33', value: sequence(...crossed) }],
      });
      bag.push(issuer.der);
    }
    const leaf = await issuer.issue({ ...LEAF, extensions: [policies(...many)] });
    const presented = world.with({ leaf: parsed(leaf.der), bag });
    const policy = {
      ...presented.policy,
      certificatePolicies: { ...presented.policy.certificatePolicies, explicitPolicy: 'require' },
    } as const;
    // 8^5 ways lead to each of 8 policies; a tree would hold all of them.
    expect(verdictOn({ ...presented, policy })).toMatchObject({ trusted: true });
  }, 2_000);
});
