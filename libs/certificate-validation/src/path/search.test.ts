import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorityFrom,
  createAuthority,
  encodeDer,
  generateKeys,
  makeCertificate,
  type Authority,
  type AuthorityOptions,
  type KeyAlgorithm,
  type RawExtension,
  TAG,
} from '@holdfast/test-pki';
import {
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

const CA = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign'], ...YEAR } as const;

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

const subjectKey = (identifier: Uint8Array): RawExtension => ({
  oid: '2.5.29.14',
  value: encodeDer(TAG.octetString, identifier),
});
const authorityKey = (identifier: Uint8Array): RawExtension => ({
  oid: '2.5.29.35',
  value: encodeDer(TAG.sequence, encodeDer(0x80, identifier)),
});

/** Another certificate for the name and key of `subject`, signed by `issuer`. */
async function crossSigned(
  subject: Authority,
  name: string,
  issuer: Authority,
  change: Partial<AuthorityOptions> = {},
): Promise<Uint8Array> {
  return (await makeCertificate({ ...CA, subject: name, keys: subject.keys, ...change }, issuer)).der;
}

describe('path search', () => {
  it('accepts a leaf with an empty subject, whose names are alternative ones (RFC 5280 §4.1.2.6)', async () => {
    expect(verdictOn(await world.leafWith({ subject: Uint8Array.of(0x30, 0) }))).toMatchObject({
      trusted: true,
    });
  });

  it('takes the bag in any order, with duplicates and with the leaf in it', async () => {
    const lower = await world.intermediate.issueAuthority({ ...YEAR, subject: 'CN=Lower' });
    const leaf = parsed((await lower.issue(LEAF)).der);
    for (const bag of [
      [lower.der, world.intermediate.der],
      [world.intermediate.der, lower.der],
      [leaf, world.root.der, world.intermediate.der, lower.der, lower.der],
    ]) {
      expect(verdictOn(world.with({ leaf, bag }))).toMatchObject({ trusted: true });
    }
  });

  it('goes back from a cross-signed issuer that leads nowhere (RFC 4158 §2.3)', async () => {
    const stranger = await createAuthority({ ...YEAR, subject: 'CN=Stranger' });
    const deadEnd = await crossSigned(world.intermediate, 'CN=Issuing CA,O=Acme', stranger);
    for (const bag of [
      [deadEnd, world.intermediate.der],
      [world.intermediate.der, deadEnd],
    ]) {
      expect(verdictOn(world.with({ bag }))).toMatchObject({ trusted: true });
    }
  });

  it('finds the path through an authority that two anchors have signed, whichever of them is bad', async () => {
    const other = await createAuthority({ ...YEAR, subject: 'CN=Other Root' });
    const crossed = await crossSigned(world.intermediate, 'CN=Issuing CA,O=Acme', other);
    const expired = await createAuthority({
      subject: 'CN=Other Root',
      keys: other.keys,
      notBefore: new Date('2025-01-01T00:00:00Z'),
      notAfter: YEAR.notBefore,
    });
    const anchors = [{ certificate: parsed(expired.der) }, ...world.anchors];
    const presented = world.with({ bag: [crossed, ...world.bag], anchors });
    expect(verdictOn(presented)).toMatchObject({ trusted: true, path: { anchor: world.anchors[0] } });
  });

  it('ends at the first anchor, in the order given, that verifies', async () => {
    const other = await createAuthority({ ...YEAR, subject: 'CN=Other Root' });
    const crossed = await crossSigned(world.intermediate, 'CN=Issuing CA,O=Acme', other);
    const anchors = [{ certificate: parsed(other.der) }, ...world.anchors];
    for (const order of [anchors, anchors.toReversed()]) {
      const presented = world.with({ bag: [crossed, ...world.bag], anchors: order });
      expect(verdictOn(presented)).toMatchObject({ trusted: true, path: { anchor: order[0] } });
    }
  });

  it('blames the expired issuer of the leaf, not its valid namesake with another key', async () => {
    const renewed = await world.root.issueAuthority({ ...YEAR, subject: 'CN=Issuing CA,O=Acme' });
    const expired = await crossSigned(world.intermediate, 'CN=Issuing CA,O=Acme', world.root, {
      notBefore: new Date('2025-01-01T00:00:00Z'),
      notAfter: YEAR.notBefore,
    });
    for (const bag of [
      [renewed.der, expired],
      [expired, renewed.der],
    ]) {
      expect(verdictOn(world.with({ bag }))).toMatchObject({ fault: 'validity.issuer_expired', depth: 1 });
    }
  });

  it('tries the newest of several issuers first, in whatever order they stand', async () => {
    const newer = { ...YEAR, subject: 'CN=Issuing CA,O=Acme', notBefore: new Date('2026-03-01T00:00:00Z') };
    const renewed = await world.root.issueAuthority(newer);
    const leaf = parsed((await renewed.issue(LEAF)).der);
    for (const bag of [
      [renewed.der, world.intermediate.der],
      [world.intermediate.der, renewed.der],
    ]) {
      expect(verdictOn(world.with({ leaf, bag }))).toMatchObject({ trusted: true, work: { signatures: 2 } });
      expect(verdictOn(world.with({ bag }))).toMatchObject({ trusted: true, work: { signatures: 4 } });
    }
  });

  it('tries an issuer that names the key above it before newer ones; another name blocks nothing', async () => {
    const identified = Uint8Array.of(1, 2, 3);
    const root = await createAuthority({ ...ROOT, extensions: [subjectKey(identified)] });
    const subject = 'CN=Issuing CA,O=Acme';
    const older = await root.issueAuthority({ ...YEAR, subject, extensions: [authorityKey(identified)] });
    const newer = await root.issueAuthority({
      ...YEAR,
      subject,
      notBefore: new Date('2026-03-01T00:00:00Z'),
      extensions: [authorityKey(Uint8Array.of(9))],
    });
    const anchors = [{ certificate: parsed(root.der) }];
    const costOf = async (issuer: Authority) => {
      const leaf = parsed((await issuer.issue(LEAF)).der);
      return verdictOn(world.with({ leaf, bag: [newer.der, older.der], anchors }));
    };
    expect(await costOf(older)).toMatchObject({ trusted: true, work: { signatures: 2 } });
    expect(await costOf(newer)).toMatchObject({ trusted: true, work: { signatures: 4 } });
  });

  it('goes back from an expired twin of a valid intermediate', async () => {
    const keys = world.intermediate.keys;
    const twin = await world.root.issueAuthority({
      ...CA,
      subject: 'CN=Issuing CA,O=Acme',
      keys,
      notAfter: YEAR.notBefore,
    });
    expect(verdictOn(world.with({ bag: [twin.der, ...world.bag] }))).toMatchObject({ trusted: true });
  });

  it('does not count self-issued intermediates (RFC 5280 §4.2.1.9)', async () => {
    const first = await world.root.issueAuthority({ ...YEAR, subject: 'CN=Key change', pathLength: 0 });
    const second = await first.issueAuthority({ ...YEAR, subject: 'CN=Key change' });
    const leaf = parsed((await second.issue(LEAF)).der);
    const presented = world.with({
      leaf,
      bag: [first.der, second.der],
      policy: withLimits({ intermediates: 1 }),
    });
    expect(verdictOn(presented)).toMatchObject({ trusted: true });
  });

  it('compares issuer and subject as names, not as octets (RFC 5280 §7.1)', async () => {
    const shouting = authorityFrom({
      ...world.intermediate,
      subjectDer: (await makeCertificate({ ...CA, subject: 'CN=ISSUING  ca,O=ACME' })).subjectDer,
    });
    expect(verdictOn(world.with({ leaf: parsed((await shouting.issue(LEAF)).der) }))).toMatchObject({
      trusted: true,
    });
  });

  it('ends on two authorities that sign each other (limbo intermediate-cycle)', async () => {
    const left = await createAuthority({ ...YEAR, subject: 'CN=Left' });
    const right = await createAuthority({ ...YEAR, subject: 'CN=Right' });
    const bag = [await crossSigned(left, 'CN=Left', right), await crossSigned(right, 'CN=Right', left)];
    const verdict = verdictOn(world.with({ leaf: parsed((await left.issue(LEAF)).der), bag }));
    expect(verdict).toMatchObject({ trusted: false, fault: 'path.no_anchor', depth: 2 });
    expect(verdict.work.steps).toBeLessThanOrEqual(3);
    expect(verdict.work.signatures).toBeLessThanOrEqual(3);
  });

  it('checks each signature once in a bag where everybody has signed everybody', async () => {
    const names = ['CN=A', 'CN=B', 'CN=C'];
    const authorities = await Promise.all(names.map((subject) => createAuthority({ ...YEAR, subject })));
    const bag: Uint8Array[] = [];
    for (const [i, subject] of authorities.entries()) {
      for (const [j, issuer] of authorities.entries())
        if (i !== j) bag.push(await crossSigned(subject, names[i]!, issuer));
    }
    const verdict = verdictOn(world.with({ leaf: parsed((await authorities[0]!.issue(LEAF)).der), bag }));
    expect(verdict).toMatchObject({ trusted: false });
    // The leaf and six certificates have one possible key each.
    expect(verdict.work.signatures).toBeLessThanOrEqual(7);
    expect(verdict.work.steps).toBeLessThanOrEqual(64);
  });

  it('checks no signature where no name leads to an anchor', async () => {
    const forged = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const keys = await generateKeys();
        return (await createAuthority({ ...YEAR, subject: 'CN=Issuing CA,O=Acme', keys })).der;
      }),
    );
    const verdict = verdictOn(world.with({ bag: forged }));
    expect(verdict).toMatchObject({ trusted: false, fault: 'path.untrusted_root', depth: 1 });
    expect(verdict.work).toEqual({ steps: 1, signatures: 0, nameComparisons: 0, unreadable: 0 });
  });
});

/** Ten authorities that all bear one name, each issuing the next, and a leaf below: what a stranger can make. */
async function strangers(name: string, keyAlgorithm: KeyAlgorithm): Promise<Pick<Presented, 'leaf' | 'bag'>> {
  let issuer = await createAuthority({ ...YEAR, subject: name, keyAlgorithm });
  const bag = [issuer.der];
  while (bag.length < 10) {
    issuer = await issuer.issueAuthority({ ...YEAR, subject: name, keyAlgorithm });
    bag.push(issuer.der);
  }
  return { leaf: parsed((await issuer.issue(LEAF)).der), bag };
}

describe.each<KeyAlgorithm>(['P-256', 'P-521'])('what a stranger with %s keys costs', (keyAlgorithm) => {
  it('no signature check, if no name leads to an anchor', async () => {
    const verdict = verdictOn(world.with(await strangers('CN=X', keyAlgorithm)));
    expect(verdict).toMatchObject({ trusted: false, fault: 'path.untrusted_root' });
    expect(verdict.work).toEqual({ signatures: 0, steps: 1, nameComparisons: 0, unreadable: 0 });
  });

  it('one check for each certificate, if all bear the name of the anchor', async () => {
    const verdict = verdictOn(world.with(await strangers(ROOT.subject, keyAlgorithm)));
    expect(verdict).toMatchObject({ trusted: false, fault: 'sig.invalid', depth: 0 });
    expect(verdict.work).toEqual({ signatures: 11, steps: 1, nameComparisons: 0, unreadable: 0 });
  });

  it('one check more for each, if a second anchor bears the same name', async () => {
    const renewed = { certificate: parsed((await createAuthority({ ...ROOT, keyAlgorithm })).der) };
    const anchors = [...world.anchors, renewed];
    const verdict = verdictOn(world.with({ ...(await strangers(ROOT.subject, keyAlgorithm)), anchors }));
    expect(verdict.work).toEqual({ signatures: 22, steps: 2, nameComparisons: 0, unreadable: 0 });
  });

  it('one check for each, if they bear the name of an intermediate that stands in the bag', async () => {
    const { leaf, bag } = await strangers('CN=Issuing CA,O=Acme', keyAlgorithm);
    const verdict = verdictOn(world.with({ leaf, bag: [...bag, ...world.bag] }));
    expect(verdict.trusted).toBe(false);
    expect(verdict.work.signatures).toBe(12);
  });
});

describe('what the holder of a genuine leaf costs', () => {
  it('nothing below that leaf, since it may not issue (RFC 5280 §4.2.1.9)', async () => {
    const holder = authorityFrom(world.issued);
    const below = await Promise.all(
      Array.from({ length: 9 }, () => holder.issueAuthority({ ...YEAR, subject: 'CN=Y' })),
    );
    const leaf = parsed((await below[0]!.issue(LEAF)).der);
    const bag = [...below.map(({ der }) => der), world.issued.der, ...world.bag];
    const verdict = verdictOn(world.with({ leaf, bag }));
    expect(verdict).toMatchObject({ trusted: false, fault: 'issuer.not_ca' });
    expect(verdict.work.signatures).toBe(2);
  });
});
