import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CertificateOptions } from '@holdfast/test-pki';
import {
  INTERMEDIATE,
  LEAF,
  NOON,
  parsed,
  partnerWorld,
  ROOT,
  verdictOn,
  YEAR,
  type PartnerWorld,
  type Presented,
} from '../testing/partner-world.js';
import { PARTNER_CERTIFICATES } from './policy.js';
import { isForServersOnly } from './validate.js';

const UNTIL = new Date('2026-06-30T00:00:00Z');
const SERVER = { extendedKeyUsage: ['serverAuth'] } as const;
/** emailProtection. */
const MAIL = '1.3.6.1.5.5.7.3.4';
const SECOND_MS = 1_000;

let world: PartnerWorld;
/** A leaf for servers under an anchor that excepts such until the end of June. */
let excepted: Presented;
beforeAll(async () => {
  world = await partnerWorld();
  excepted = except(await world.leafWith(SERVER));
});

const except = (presented: Presented, until: Date | undefined = UNTIL): Presented => ({
  ...presented,
  anchors: presented.anchors.map((anchor) => ({ ...anchor, serverAuthUntil: until })),
});
const at = (now: Date): Presented => ({ ...excepted, now });

/** A leaf and an intermediate of these usages, under the anchor with the exception. */
async function chained(
  leaf: CertificateOptions['extendedKeyUsage'],
  issuer: CertificateOptions['extendedKeyUsage'],
): Promise<Presented> {
  const intermediate = await world.root.issueAuthority({ ...INTERMEDIATE, extendedKeyUsage: issuer });
  const issued = await intermediate.issue({ ...LEAF, extendedKeyUsage: leaf });
  return { ...excepted, leaf: parsed(issued.der), bag: [parsed(intermediate.der)] };
}

describe('an exception for leaves for servers only (RFC 5280 §4.2.1.12; CV-07)', () => {
  it('accepts one, and no longer than the exception lasts', () => {
    expect(verdictOn(excepted)).toMatchObject({ trusted: true, validUntil: UNTIL });
  });

  it('accepts one no longer than its certificates last, where the exception lasts longer', () => {
    const longer = except(excepted, new Date('2027-01-31T00:00:00Z'));
    expect(verdictOn(longer)).toMatchObject({ trusted: true, validUntil: YEAR.notAfter });
  });

  it('accepts one in the last moment of the exception, and refuses it in the next', () => {
    expect(verdictOn(at(UNTIL)).trusted).toBe(true);
    const late = verdictOn(at(new Date(UNTIL.getTime() + 1)));
    expect(late).toMatchObject({ trusted: false, fault: 'leaf.eku', depth: 0 });
  });

  it.each<[name: string, until: Date | undefined]>([
    ['there is none', undefined],
    ['it has ended', new Date(NOON.getTime() - SECOND_MS)],
    ['its end is no date (missing means no)', new Date(Number.NaN)],
  ])('refuses one where %s', (_name, until) => {
    const without = {
      ...excepted,
      anchors: [{ certificate: excepted.anchors[0]!.certificate, serverAuthUntil: until }],
    };
    expect(verdictOn(without)).toMatchObject({ trusted: false, fault: 'leaf.eku', depth: 0 });
  });

  it('costs the same whether or not there is one: the time of a refusal does not tell', async () => {
    const { der } = await world.intermediate.issue({ ...LEAF, ...SERVER });
    const one = { ...excepted, leaf: parsed(der) };
    const none = { ...one, anchors: [{ certificate: one.anchors[0]!.certificate }] };
    expect(verdictOn(one).work).toEqual(verdictOn(none).work);
  });

  it('changes nothing for a leaf with clientAuth', () => {
    expect(verdictOn(except(world))).toMatchObject({ trusted: true, validUntil: YEAR.notAfter });
  });

  it.each<
    [
      verdict: string,
      leaf: readonly string[],
      issuer: readonly string[] | undefined,
      fault: string | undefined,
    ]
  >([
    ['accepts an issuer without the extension', ['serverAuth'], undefined, undefined],
    ['accepts an issuer for servers only', ['serverAuth'], ['serverAuth'], undefined],
    ['accepts an issuer for any purpose', ['serverAuth'], ['any'], undefined],
    ['refuses an issuer for clients only', ['serverAuth'], ['clientAuth'], 'issuer.eku'],
    [
      'refuses a leaf for both under an issuer for servers only',
      ['serverAuth', 'clientAuth'],
      ['serverAuth'],
      'issuer.eku',
    ],
    ['refuses a leaf for mail', [MAIL], undefined, 'leaf.eku'],
  ])('%s', async (_verdict, leaf, issuer, fault) => {
    const verdict = verdictOn(await chained(leaf, issuer));
    expect(verdict.trusted ? undefined : verdict.fault).toBe(fault);
  });

  it('accepts an anchor that is itself for servers only', async () => {
    const { createAuthority } = await import('@holdfast/test-pki');
    const root = await createAuthority({ ...ROOT, ...SERVER });
    const leaf = await root.issue({ ...LEAF, ...SERVER });
    const anchors = [{ certificate: parsed(root.der), serverAuthUntil: UNTIL }];
    expect(verdictOn({ ...excepted, leaf: parsed(leaf.der), bag: [], anchors }).trusted).toBe(true);
  });

  it('excepts nothing under another anchor, and is found behind one without', () => {
    const [anchor] = excepted.anchors;
    const plain = { certificate: anchor!.certificate };
    const elsewhere = { certificate: parsed(world.intermediate.der), serverAuthUntil: UNTIL };
    expect(verdictOn({ ...excepted, anchors: [plain] }).trusted).toBe(false);
    // The issuing authority is excepted, its root is not: the path to the former counts.
    expect(verdictOn({ ...excepted, anchors: [plain, elsewhere] })).toMatchObject({
      trusted: true,
      path: { anchor: elsewhere },
    });
  });

  it.each<[name: string, change: Partial<CertificateOptions>]>([
    ['expired', { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2025-12-31T00:00:00Z') }],
    ['with a key that may not sign', { keyUsage: ['keyEncipherment'] }],
  ])('excuses nothing else: refuses one that is %s', async (_name, change) => {
    expect(verdictOn(except(await world.leafWith({ ...SERVER, ...change }))).trusted).toBe(false);
  });

  it('is of no concern where another purpose is asked for', () => {
    const policy = { ...PARTNER_CERTIFICATES, purpose: 'any' } as const;
    expect(verdictOn({ ...excepted, policy })).toMatchObject({ trusted: true, validUntil: YEAR.notAfter });
  });
});

describe('isForServersOnly', () => {
  it.each<[usages: readonly string[] | undefined, is: boolean]>([
    [['serverAuth'], true],
    [['serverAuth', MAIL], true],
    [['serverAuth', 'clientAuth'], false],
    [['serverAuth', 'any'], false],
    [['clientAuth'], false],
    [[MAIL], false],
    [undefined, false],
  ])('says of %j: %s', async (extendedKeyUsage, is) => {
    const { leaf } = await world.leafWith({ extendedKeyUsage });
    expect(isForServersOnly(leaf, NOON)).toBe(is);
  });

  it('says no where something else is wrong as well', async () => {
    const { leaf } = await world.leafWith({ ...SERVER, keyUsage: ['keyEncipherment'] });
    expect(isForServersOnly(leaf, NOON)).toBe(false);
  });
});
