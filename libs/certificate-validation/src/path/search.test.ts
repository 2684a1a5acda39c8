import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorityFrom,
  createAuthority,
  generateKeys,
  makeCertificate,
  type Authority,
} from '@holdfast/test-pki';
import {
  LEAF,
  parsed,
  partnerWorld,
  verdictOn,
  withLimits,
  YEAR,
  type PartnerWorld,
} from '../testing/partner-world.js';

const CA = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign'], ...YEAR } as const;

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

/** Another certificate for the name and key of `subject`, signed by `issuer`. */
async function crossSigned(subject: Authority, name: string, issuer: Authority): Promise<Uint8Array> {
  return (await makeCertificate({ ...CA, subject: name, keys: subject.keys }, issuer)).der;
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

  it('does not descend below a signature that does not verify', async () => {
    const forged = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const keys = await generateKeys();
        return (await createAuthority({ ...YEAR, subject: 'CN=Issuing CA,O=Acme', keys })).der;
      }),
    );
    const verdict = verdictOn(world.with({ bag: forged }));
    expect(verdict).toMatchObject({ trusted: false, fault: 'sig.invalid', depth: 0 });
    expect(verdict.work).toEqual({ steps: 1, signatures: 10, unreadable: 0 });
  });
});
