import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorityFrom,
  corruptSignature,
  createAuthority,
  encodeDer,
  encodeOid,
  generateKeys,
  TAG,
  type RawExtension,
} from '@holdfast/test-pki';
import { parseCertificate } from '../certificate/certificate.js';
import { CERTIFICATE_FAULTS, type CertificateFault } from '../fault.js';
import { bytes, editTbsField } from '../testing/der-surgery.js';
import {
  INTERMEDIATE,
  LEAF,
  parsed,
  partnerWorld,
  ROOT,
  verdictOn,
  withLimits,
  YEAR,
  type PartnerWorld,
  type Presented,
} from '../testing/partner-world.js';
import { PARTNER_CERTIFICATES } from './policy.js';

/** `nc` and `policy` have tables of their own, in the tests beside this one. */
type PathFault = Exclude<
  CertificateFault,
  `${'der' | 'cert' | 'key' | 'nc' | 'policy'}.${string}` | 'leaf.eku_missing'
>;
type Change = (world: PartnerWorld) => Promise<Presented> | Presented;
type Case = readonly [name: string, change: Change, depth: number];

const raw = (oid: string, value: Uint8Array, critical: boolean): { extensions: RawExtension[] } => ({
  extensions: [{ oid, value, critical }],
});

const version1 = {
  tamper: (tbs: Uint8Array) =>
    editTbsField(
      editTbsField(tbs, 'extensions', () => bytes()),
      'version',
      () => bytes(),
    ),
};

const LAST_YEAR = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2025-12-31T00:00:00Z') };
const NEXT_YEAR = { notBefore: new Date('2027-01-01T00:00:00Z'), notAfter: new Date('2027-12-31T00:00:00Z') };
const PERMITTED_DNS = encodeDer(
  0xa0,
  encodeDer(TAG.sequence, encodeDer(0x82, Buffer.from('partner.example'))),
);
const NAME_CONSTRAINTS = encodeDer(TAG.sequence, PERMITTED_DNS);

/** Every way in which a path can fail; the compiler checks that no fault is forgotten. Depth 0 is the leaf. */
const REFUSED: Record<PathFault, readonly Case[]> = {
  'sig.invalid': [
    [
      'refuses a leaf whose signature was changed',
      (w) => w.with({ leaf: parsed(corruptSignature(w.issued.der)) }),
      0,
    ],
    [
      'refuses another CA of the same name (RFC 8705 §7.4)',
      async (w) => w.with({ anchors: [await namesake()] }),
      1,
    ],
    ['refuses an intermediate of the right name and another key', withForgedIntermediate, 1],
  ],
  'sig.algorithm_weak': [
    ['refuses a leaf signed with SHA-1', (w) => w.leafWith({ signatureHash: 'SHA-1' }), 0],
    ['refuses an intermediate signed with SHA-1', (w) => w.intermediateWith({ signatureHash: 'SHA-1' }), 1],
  ],
  'sig.algorithm_unsupported': [
    [
      'refuses an intermediate signed with an unknown algorithm',
      (w) => w.with({ bag: [unknownAlgorithm(w)] }),
      1,
    ],
  ],
  'validity.not_yet': [['refuses a leaf before its time', (w) => w.leafWith(NEXT_YEAR), 0]],
  'validity.expired': [['refuses an expired leaf', (w) => w.leafWith(LAST_YEAR), 0]],
  'validity.issuer_not_yet': [
    ['refuses an intermediate before its time', (w) => w.intermediateWith(NEXT_YEAR), 1],
  ],
  'validity.issuer_expired': [['refuses an expired intermediate', (w) => w.intermediateWith(LAST_YEAR), 1]],
  'validity.anchor_not_yet': [['refuses an anchor before its time', (w) => w.rootWith(NEXT_YEAR), 2]],
  'validity.anchor_expired': [['refuses an expired anchor', (w) => w.rootWith(LAST_YEAR), 2]],
  'leaf.version': [['refuses a version 1 leaf', (w) => w.leafWith(version1), 0]],
  'leaf.is_ca': [['refuses a leaf that is a CA', (w) => w.leafWith({ basicConstraints: { ca: true } }), 0]],
  'leaf.key_usage': [
    ['refuses a leaf that may not sign', (w) => w.leafWith({ keyUsage: ['keyEncipherment'] }), 0],
  ],
  'leaf.eku': [
    [
      'refuses a leaf without clientAuth (RFC 5280 §4.2.1.12)',
      (w) => w.leafWith({ extendedKeyUsage: ['serverAuth'] }),
      0,
    ],
  ],
  'leaf.name_constraints': [
    [
      'refuses name constraints on a leaf (RFC 5280 §4.2.1.10)',
      (w) => w.leafWith(raw('2.5.29.30', NAME_CONSTRAINTS, true)),
      0,
    ],
  ],
  'issuer.version': [['refuses a version 1 intermediate', (w) => w.intermediateWith(version1), 1]],
  'issuer.not_ca': [
    ['refuses a leaf used as issuer (RFC 5280 §4.2.1.9, CVE-2026-33896)', leafAsIssuer, 1],
    ['refuses an issuer with cA FALSE', (w) => w.intermediateWith({ basicConstraints: { ca: false } }), 1],
    ['refuses an anchor without the CA bit', (w) => w.rootWith({ basicConstraints: 'absent' }), 2],
  ],
  'issuer.no_cert_sign': [
    [
      'refuses an issuer without keyCertSign (RFC 5280 §4.2.1.3)',
      (w) => w.intermediateWith({ keyUsage: ['cRLSign'] }),
      1,
    ],
  ],
  'issuer.path_len': [
    [
      'refuses an intermediate below pathLen 0 of the anchor (RFC 5280 §4.2.1.9)',
      (w) => w.rootWith({ pathLength: 0 }),
      2,
    ],
    ['refuses a second intermediate below pathLen 0', (w) => deep(w, 1, { pathLength: 0 }), 2],
  ],
  'issuer.eku': [
    [
      'refuses an intermediate for servers only',
      (w) => w.intermediateWith({ extendedKeyUsage: ['serverAuth'] }),
      1,
    ],
    ['refuses an anchor for servers only', (w) => w.rootWith({ extendedKeyUsage: ['serverAuth'] }), 2],
  ],
  'ext.unknown_critical': [
    ['refuses it on the leaf (RFC 5280 §4.2)', (w) => w.leafWith(raw('1.2.3.4', bytes(5, 0), true)), 0],
    [
      'refuses it on an intermediate (RFC 5280 §4.2)',
      (w) => w.intermediateWith(raw('1.2.3.4', bytes(5, 0), true)),
      1,
    ],
    ['refuses it on the anchor', (w) => w.rootWith(raw('1.2.3.4', bytes(5, 0), true)), 2],
  ],
  'path.no_anchor': [
    ['refuses a leaf whose intermediate is missing', (w) => w.with({ bag: [] }), 0],
    ['refuses a path without any anchor', (w) => w.with({ anchors: [] }), 1],
  ],
  'path.untrusted_root': [
    [
      'refuses a root that only the client vouches for',
      (w) => w.with({ anchors: [], bag: [...w.bag, w.root.der] }),
      2,
    ],
  ],
  'path.too_deep': [['refuses a seventh intermediate', (w) => deep(w, 6, {}), 7]],
  'path.leaf_is_anchor': [
    ['refuses a leaf with the key of an anchor', (w) => w.with({ anchors: [{ certificate: w.leaf }] }), 0],
  ],
  'budget.bag': [
    [
      'refuses eleven certificates beside the leaf',
      (w) => w.with({ bag: Array(11).fill(w.intermediate.der) }),
      0,
    ],
    [
      'refuses eleven that have been parsed already',
      (w) => w.with({ bag: Array(11).fill(parseCertificate(w.intermediate.der)) }),
      0,
    ],
  ],
  'budget.signatures': [
    ['stops at the limit of signature checks', (w) => w.with({ policy: withLimits({ signatures: 1 }) }), 0],
  ],
  'budget.name_constraints': [
    [
      'stops at the limit of comparisons (CVE-2023-0464)',
      async (w) => ({
        ...(await w.intermediateWith(raw('2.5.29.30', NAME_CONSTRAINTS, true))),
        policy: withLimits({ nameConstraints: 0 }),
      }),
      0,
    ],
  ],
  'budget.steps': [['stops at the limit of steps', (w) => w.with({ policy: withLimits({ steps: 1 }) }), 0]],
};

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

describe('validateClientCertificate', () => {
  it('accepts the valid world', () => {
    const verdict = verdictOn(world);
    expect(verdict).toMatchObject({ trusted: true, validUntil: YEAR.notAfter });
    expect(verdict.work).toEqual({ signatures: 2, steps: 2, nameComparisons: 0, unreadable: 0 });
    if (verdict.trusted) {
      expect(verdict.path).toEqual({ leaf: world.leaf, chain: world.bag, anchor: world.anchors[0] });
    }
  });

  describe.each(Object.entries(REFUSED))('%s', (fault, cases) => {
    it.each(cases)('%s', async (_name, change, depth) => {
      expect(verdictOn(await change(world))).toMatchObject({ trusted: false, fault, depth });
    });
  });

  it('has a test for every fault of a path', () => {
    const elsewhere = /^(der|cert|key|nc|policy)\.|^leaf\.eku_missing$/;
    const faults = Object.keys(CERTIFICATE_FAULTS).filter((fault) => !elsewhere.test(fault));
    expect(Object.keys(REFUSED).sort()).toEqual(faults.sort());
  });

  it.each<[name: string, change: Change]>([
    ['accepts a leaf issued by the anchor itself', (w) => underRoot(w)],
    [
      'accepts anyExtendedKeyUsage on an intermediate',
      (w) => w.intermediateWith({ extendedKeyUsage: ['any'] }),
    ],
    [
      'accepts an intermediate with clientAuth among others',
      (w) => w.intermediateWith({ extendedKeyUsage: ['serverAuth', 'clientAuth'] }),
    ],
    ['accepts six intermediates', (w) => deep(w, 5, {})],
    ['accepts a path that fits pathLen exactly', (w) => deep(w, 1, { pathLength: 1 })],
    ['ignores an unknown critical extension on a certificate that is not used', withUnusedOddity],
    ['ignores what is no certificate in the bag', (w) => w.with({ bag: [bytes(1, 2, 3), ...w.bag] })],
    ['accepts a re-issued anchor with the same name and key (RFC 8705 §7.4)', withReissuedAnchor],
    ['accepts a leaf under the new key of an anchor that has changed its key', withRolledOverAnchor],
    [
      'accepts an anchor of version 1 where the policy holds it to what it says only',
      async (w) => holdingAnchorToWhatItSays(await w.rootWith(version1)),
    ],
    [
      'accepts an anchor past its end where the policy says so',
      async (w) => ignoringAnchor(await w.rootWith(LAST_YEAR)),
    ],
    ['takes what has been parsed already for what the client presents', withParsedBag],
    ['accepts ten certificates beside the leaf', (w) => w.with({ bag: Array(10).fill(w.intermediate.der) })],
    ['does not count what we have stored', (w) => w.with({ bag: [...Array(10).fill(w.root.der), ...w.bag] })],
    ['accepts a root sent by the client that is the anchor', (w) => w.with({ bag: [...w.bag, w.root.der] })],
  ])('%s', async (_name, change) => {
    expect(verdictOn(await change(world))).toMatchObject({ trusted: true });
  });

  it.each<[string, Parameters<PartnerWorld['rootWith']>[0], CertificateFault]>([
    ['that says it is no authority', { basicConstraints: { ca: false } }, 'issuer.not_ca'],
    [
      'that may not sign certificates',
      { basicConstraints: 'absent', keyUsage: ['cRLSign'] },
      'issuer.no_cert_sign',
    ],
    ['for servers only', { basicConstraints: 'absent', extendedKeyUsage: ['serverAuth'] }, 'issuer.eku'],
    ['whose path length is used up', { pathLength: 0 }, 'issuer.path_len'],
  ])('holds an anchor to what it says: refuses one %s', async (_name, change, fault) => {
    const presented = holdingAnchorToWhatItSays(await world.rootWith(change));
    expect(verdictOn(presented)).toMatchObject({ trusted: false, fault, depth: 2 });
  });

  it('counts unreadable entries of the bag', () => {
    const verdict = verdictOn(world.with({ bag: [bytes(1, 2, 3), ...world.bag] }));
    expect(verdict.work.unreadable).toBe(1);
  });

  it('never trusts a leaf of which one octet was changed', () => {
    for (let at = 0; at < world.issued.der.length; at++) {
      const changed = Uint8Array.from(world.issued.der);
      changed[at]! ^= 0x01;
      const result = parseCertificate(changed);
      if (result.parsed) expect(verdictOn(world.with({ leaf: result.certificate })).trusted).toBe(false);
    }
  });

  it('ends the verdict with the certificate that ends first', async () => {
    const notAfter = new Date('2026-07-01T00:00:00Z');
    expect(verdictOn(await world.intermediateWith({ notAfter }))).toMatchObject({ validUntil: notAfter });
  });
});

async function namesake(): Promise<{ certificate: Presented['leaf'] }> {
  return { certificate: parsed((await createAuthority(ROOT)).der) };
}

async function withForgedIntermediate(w: PartnerWorld): Promise<Presented> {
  const forged = await (await createAuthority(ROOT)).issueAuthority(INTERMEDIATE);
  return w.with({ bag: [forged.der] });
}

function unknownAlgorithm(w: PartnerWorld): Uint8Array {
  // ecdsa-with-SHA256 becomes ecdsa-with-SHA224, inside and outside.
  const oid = Buffer.from(encodeOid('1.2.840.10045.4.3.2')).toString('latin1');
  const other = Buffer.from(encodeOid('1.2.840.10045.4.3.1')).toString('latin1');
  return Uint8Array.from(
    Buffer.from(Buffer.from(w.intermediate.der).toString('latin1').replaceAll(oid, other), 'latin1'),
  );
}

async function leafAsIssuer(w: PartnerWorld): Promise<Presented> {
  const below = await authorityFrom(w.issued).issue({ ...LEAF, subject: 'CN=admin,O=Acme' });
  return w.with({ leaf: parsed(below.der), bag: [w.leaf, ...w.bag] });
}

async function underRoot(w: PartnerWorld): Promise<Presented> {
  return w.with({ leaf: parsed((await w.root.issue(LEAF)).der), bag: [] });
}

/** `extra` more intermediates below one that `change` describes. */
async function deep(w: PartnerWorld, extra: number, change: { pathLength?: number }): Promise<Presented> {
  let issuer = await w.root.issueAuthority({ ...INTERMEDIATE, ...change });
  const bag = [issuer.der];
  for (let level = 1; level <= extra; level++) {
    issuer = await issuer.issueAuthority({ ...YEAR, subject: `CN=Level ${level}` });
    bag.push(issuer.der);
  }
  return w.with({ leaf: parsed((await issuer.issue(LEAF)).der), bag });
}

function withParsedBag(w: PartnerWorld): Presented {
  return w.with({ bag: [parseCertificate(bytes(1, 2, 3)), parseCertificate(w.intermediate.der)] });
}

async function withUnusedOddity(w: PartnerWorld): Promise<Presented> {
  const odd = await w.root.issueAuthority({ ...INTERMEDIATE, ...raw('1.2.3.4', bytes(5, 0), true) });
  return w.with({ bag: [odd.der, ...w.bag] });
}

async function withReissuedAnchor(w: PartnerWorld): Promise<Presented> {
  const reissued = await createAuthority({
    ...ROOT,
    keys: w.root.keys,
    serial: '0abc',
    notAfter: new Date('2036-01-01T00:00:00Z'),
  });
  return w.with({ anchors: [{ certificate: parsed(reissued.der) }] });
}

async function withRolledOverAnchor(w: PartnerWorld): Promise<Presented> {
  const keys = await generateKeys();
  const renewed = await createAuthority({ ...ROOT, keys });
  const leaf = await renewed.issue(LEAF);
  return w.with({
    leaf: parsed(leaf.der),
    bag: [],
    anchors: [...w.anchors, { certificate: parsed(renewed.der) }],
  });
}

function holdingAnchorToWhatItSays(presented: Presented): Presented {
  const anchor = { validity: 'enforce', constraints: 'enforce-present' } as const;
  return { ...presented, policy: { ...PARTNER_CERTIFICATES, anchor } };
}

function ignoringAnchor(presented: Presented): Presented {
  return {
    ...presented,
    policy: { ...PARTNER_CERTIFICATES, anchor: { validity: 'ignore', constraints: 'ignore' } },
  };
}
