import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  encodeDer,
  makeOcspResponse,
  makeRevocationList,
  TAG,
  type OcspStatementOptions,
} from '@holdfast/test-pki';
import fc from 'fast-check';
import { parseCertificate, STRICT_PARSING } from './certificate/certificate.js';
import { readCertificateUpload } from './certificate/upload.js';
import { CERTIFICATE_FAULTS } from './fault.js';
import { parseName, parseNameConstraints, parsePublicKey, parseSubjectAltNames } from './parts.js';
import { validateClientCertificate, type CertificateVerdict } from './path/validate.js';
import { statusByLists } from './revocation/list-status.js';
import { parseOcspResponse } from './revocation/ocsp-response.js';
import { statusByResponses } from './revocation/ocsp-status.js';
import { parseRevocationList } from './revocation/revocation-list.js';
import type { RevocationRules } from './revocation/status.js';
import { ascii } from './testing/der-surgery.js';
import { mutated, mutation } from './testing/der-mutation.js';
import { NOON, parsed, partnerWorld, verdictOn, type PartnerWorld } from './testing/partner-world.js';

/** The same inputs in every run; `npm run fuzz` looks for others. */
const RUNS = { seed: 4, numRuns: 1_500 };
const HOUR = 3_600_000;
const DAY = { thisUpdate: new Date(NOON.getTime() - HOUR), nextUpdate: new Date(NOON.getTime() + 23 * HOUR) };
const RULES: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 86_400,
};

let world: PartnerWorld;
beforeAll(async () => {
  world = await partnerWorld();
});

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Runs `check` on changed copies of `der`. */
function forMutants(der: Uint8Array, check: (mutant: Uint8Array) => void): void {
  fc.assert(
    fc.property(mutation, (changes) => check(mutated(der, changes))),
    RUNS,
  );
}

/** What the leaf, the intermediate and one step to each of them cost. */
function expectLittleWork({ work }: CertificateVerdict): void {
  expect(work.signatures).toBeLessThanOrEqual(2);
  expect(work.steps).toBeLessThanOrEqual(2);
}

describe('changed octets', () => {
  it('are trusted before they are changed: without that, refusals prove nothing', () => {
    expect(verdictOn(world).trusted).toBe(true);
  });

  it('of a leaf are never trusted (RFC 5280 §6.1.3)', () => {
    forMutants(world.issued.der, (der) => {
      const result = parseCertificate(der);
      if (!result.parsed) return expect(CERTIFICATE_FAULTS).toHaveProperty([result.fault]);
      const verdict = verdictOn(world.with({ leaf: result.certificate }));
      expect(verdict.trusted && !isSame(der, world.issued.der)).toBe(false);
      return expectLittleWork(verdict);
    });
  });

  it('of an issuer are never on a trusted path (RFC 5280 §6.1.3)', () => {
    forMutants(world.intermediate.der, (der) => {
      const verdict = validateClientCertificate(world.leaf, [der], world.anchors, world.policy, NOON);
      expect(verdict.trusted && !isSame(der, world.intermediate.der)).toBe(false);
      expectLittleWork(verdict);
    });
  });

  it('of an anchor never vouch by another name or key (RFC 5280 §6.1.1 (d))', () => {
    const [{ certificate: genuine }] = world.anchors as [(typeof world.anchors)[0]];
    forMutants(world.root.der, (der) => {
      const result = parseCertificate(der);
      if (!result.parsed) return;
      const { certificate } = result;
      const verdict = verdictOn(world.with({ anchors: [{ certificate }] }));
      if (!verdict.trusted) return;
      expect(certificate.subject.canonical).toBe(genuine.subject.canonical);
      expect(isSame(certificate.publicKeyInfo.der, genuine.publicKeyInfo.der)).toBe(true);
    });
  });
});

describe('changed octets of a statement about revocation', () => {
  const statusOf = (): { issuer: ReturnType<typeof parsed>; certificate: Uint8Array } => ({
    issuer: parsed(world.intermediate.der),
    certificate: world.issued.der,
  });

  it.each(['good', 'revoked'] as const)('leave a CRL that says %s unknown (RFC 5280 §6.3.3 (g))', (said) => {
    const { issuer, certificate } = statusOf();
    const revoked = said === 'revoked' ? [{ certificate, since: DAY.thisUpdate, reason: 1 }] : [];
    const list = makeRevocationList(world.intermediate, { ...DAY, revoked });
    const judge = (der: Uint8Array) => {
      const result = parseRevocationList(der);
      if (!result.parsed) return undefined;
      return { tbs: result.list.tbs, ...statusByLists(world.leaf, [result.list], [issuer], RULES, NOON) };
    };
    const genuine = judge(list);
    expect(genuine?.status).toBe(said);
    forMutants(list, (der) => {
      const found = judge(der);
      if (found === undefined || found.status === 'unknown') return;
      expect(found).toEqual(genuine);
    });
  });

  it.each<[said: string, status: OcspStatementOptions['status']]>([
    ['good', 'good'],
    ['revoked', { revokedSince: DAY.thisUpdate }],
  ])('leave an OCSP response that says %s unknown (RFC 6960 §3.2)', (said, status) => {
    const { issuer, certificate } = statusOf();
    const response = makeOcspResponse(world.intermediate, {
      producedAt: DAY.thisUpdate,
      statements: [{ certificate, issuer: world.intermediate, status, ...DAY }],
    });
    const judge = (der: Uint8Array) => {
      const result = parseOcspResponse(der, STRICT_PARSING);
      if (!result.parsed) return undefined;
      const found = statusByResponses(world.leaf, issuer, [result.response], RULES, NOON);
      return { tbs: result.response.tbs, ...found };
    };
    const genuine = judge(response);
    expect(genuine?.status).toBe(said);
    forMutants(response, (der) => {
      const found = judge(der);
      if (found === undefined || found.status === 'unknown') return;
      expect(found).toEqual(genuine);
    });
  });
});

describe('changed octets of a part', () => {
  const subtree = (tag: number, base: Uint8Array): Uint8Array =>
    encodeDer(TAG.sequence, encodeDer(tag, base));
  const extension = (oid: string): Uint8Array => world.leaf.extensions.find((one) => one.oid === oid)!.value;

  it.each<[part: string, parse: (der: Uint8Array) => { parsed: boolean }, valid: () => Uint8Array]>([
    ['a distinguished name', parseName, () => world.issued.subjectDer],
    ['a public key', parsePublicKey, () => world.leaf.publicKeyInfo.der],
    ['alternative names', parseSubjectAltNames, () => extension('2.5.29.17')],
    [
      'name constraints',
      parseNameConstraints,
      () =>
        encodeDer(
          TAG.sequence,
          encodeDer(0xa0, subtree(0x82, ascii('a.example')), subtree(0xa4, world.root.subjectDer)),
          encodeDer(0xa1, subtree(0x87, Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0))),
        ),
    ],
  ])('are read or refused: %s', (_part, parse, valid) => {
    expect(parse(valid()).parsed).toBe(true);
    forMutants(valid(), (der) => {
      const result = parse(der) as { parsed: true } | { parsed: false; fault: string };
      if (!result.parsed) expect(CERTIFICATE_FAULTS).toHaveProperty([result.fault]);
    });
  });

  it('are read or refused: an upload', () => {
    const upload = ascii(world.issued.pem + world.intermediate.pem);
    expect(readCertificateUpload(upload).read).toBe(true);
    forMutants(upload, (octets) => {
      const result = readCertificateUpload(octets);
      if (!result.read) expect(result.problem).toMatch(/\S/);
    });
  });
});
