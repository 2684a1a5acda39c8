import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  encodeDer,
  makeCertificate,
  makeOcspError,
  makeOcspResponse,
  type CertificateOptions,
  type IssuedCertificate,
  type OcspOptions,
  type OcspStatementOptions,
  type RawExtension,
} from '@holdfast/test-pki';
import { STRICT_PARSING, type Certificate } from '../certificate/certificate.js';
import { bytes } from '../testing/der-surgery.js';
import {
  INTERMEDIATE,
  NOON,
  parsed,
  partnerWorld,
  YEAR,
  type PartnerWorld,
} from '../testing/partner-world.js';
import { parseOcspResponse, type OcspCertificateId, type OcspResponse } from './ocsp-response.js';
import { statusByResponses } from './ocsp-status.js';
import type { RevocationRules, RevocationStatus, UnknownCause } from './status.js';

const HOUR = 3_600_000;
const before = (hours: number): Date => new Date(NOON.getTime() - hours * HOUR);
const after = (hours: number): Date => new Date(NOON.getTime() + hours * HOUR);
const RULES: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 86_400,
};
const UNKNOWN: RawExtension = { oid: '1.2.3.4', critical: true, value: bytes(5, 0) };
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const DELEGATE: CertificateOptions = { subject: 'CN=OCSP,O=Acme', extendedKeyUsage: [OCSP_SIGNING], ...YEAR };

let world: PartnerWorld;
let issuer: Certificate;
beforeAll(async () => {
  world = await partnerWorld();
  issuer = parsed(world.intermediate.der);
});

const about = (change: Partial<OcspStatementOptions> = {}): OcspStatementOptions => ({
  certificate: world.issued.der,
  issuer: world.intermediate,
  status: 'good',
  thisUpdate: before(1),
  nextUpdate: after(23),
  ...change,
});

function response(
  statements: readonly OcspStatementOptions[] = [about()],
  change: Partial<OcspOptions> = {},
  responder: IssuedCertificate = world.intermediate,
): OcspResponse {
  const der = makeOcspResponse(responder, { producedAt: before(1), statements, ...change });
  const result = parseOcspResponse(der, STRICT_PARSING);
  if (!result.parsed) throw new Error(`the test made a response that does not parse: ${result.fault}`);
  return result.response;
}

const status = (...responses: OcspResponse[]): RevocationStatus =>
  statusByResponses(world.leaf, issuer, responses, RULES, NOON);

const delegated = async (
  change: Partial<CertificateOptions> = {},
  by: { issue(options: CertificateOptions): Promise<IssuedCertificate> } = world.intermediate,
): Promise<OcspResponse> => {
  const delegate = await by.issue({ ...DELEGATE, ...change });
  return response([about()], { certificates: [delegate.der] }, delegate);
};

function aboutOther(change: Partial<OcspCertificateId>): OcspResponse {
  const { statements, ...rest } = response();
  const certificate = { ...statements[0]!.certificate, ...change };
  return { ...rest, statements: [{ ...statements[0]!, certificate }] };
}

type Case = readonly [name: string, make: () => OcspResponse | Promise<OcspResponse>];

const GOOD: readonly Case[] = [
  ['the issuer, named by its key', () => response()],
  ['the issuer, named by its name', () => response([about()], { responderBy: 'name' })],
  ['an identifier with SHA-256', () => response([about({ hash: 'sha256' })])],
  ['a delegate with id-kp-OCSPSigning (RFC 6960 §4.2.2.2)', () => delegated()],
  ['a statement without nextUpdate that is young enough', () => response([about({ nextUpdate: undefined })])],
  [
    'an extension that is unknown and not critical',
    () => response([about({ extensions: [{ ...UNKNOWN, critical: false }] })]),
  ],
  [
    'critical certificate timestamps (RFC 6962 §3.3)',
    () => response([about({ extensions: [{ ...UNKNOWN, oid: '1.3.6.1.4.1.11129.2.4.5' }] })]),
  ],
  ['a statement of this very second', () => response([about({ thisUpdate: NOON })], { producedAt: NOON })],
  [
    'a response as old as the certificate',
    () =>
      response([about({ thisUpdate: YEAR.notBefore, nextUpdate: after(1) })], { producedAt: YEAR.notBefore }),
  ],
  ['a delegate without keyUsage', () => delegated({ keyUsage: undefined })],
  [
    'a delegate that bears the name of the issuer',
    async () => {
      const delegate = await world.intermediate.issue({ ...DELEGATE, subject: INTERMEDIATE.subject });
      return response([about()], { certificates: [delegate.der], responderBy: 'name' }, delegate);
    },
  ],
  [
    'a statement beside one about another certificate',
    () => response([about({ certificate: world.intermediate.der, status: 'unknown' }), about()]),
  ],
];

const REVOKED: readonly Case[] = [
  ['by the issuer', () => response([about({ status: { revokedSince: before(2), reason: 1 } })])],
  [
    'by one of two statements',
    () => response([about(), about({ status: { revokedSince: before(2), reason: 1 } })]),
  ],
  [
    'by a stale statement',
    () => response([about({ status: { revokedSince: before(2), reason: 1 }, nextUpdate: before(0.5) })]),
  ],
];

const UNKNOWN_CASES: readonly (readonly [UnknownCause, ...Case])[] = [
  [
    'rev.unknown_no_source',
    'about another certificate',
    () => response([about({ certificate: world.intermediate.der })]),
  ],
  [
    'rev.unknown_no_source',
    'about the same serial number of another issuer',
    () => response([about({ issuer: world.root })]),
  ],
  [
    'rev.unknown_no_source',
    'about the same serial number under another key of the issuer (RFC 6960 §4.1.1)',
    () => aboutOther({ issuerKeyHash: '00'.repeat(20) }),
  ],
  [
    'rev.unknown_no_source',
    'about the same serial number under another name of the key (RFC 6960 §4.1.1)',
    () => aboutOther({ issuerNameHash: '00'.repeat(20) }),
  ],
  ['rev.unknown_no_source', 'by an unknown hash', () => aboutOther({ hashAlgorithm: '1.2.3' })],
  ['rev.unknown_scope', 'where the responder does not know', () => response([about({ status: 'unknown' })])],
  [
    'rev.unknown_scope',
    'where two statements contradict each other',
    () => response([about(), about({ status: 'unknown' })]),
  ],
  ['rev.unknown_stale', 'past nextUpdate', () => response([about({ nextUpdate: before(0.5) })])],
  ['rev.unknown_stale', 'from the future', () => response([about({ thisUpdate: after(1) })])],
  [
    'rev.unknown_stale',
    'from the future, whatever it says',
    () => response([about({ thisUpdate: after(1), status: { revokedSince: before(2) } })]),
  ],
  ['rev.unknown_stale', 'produced in the future', () => response([about()], { producedAt: after(1) })],
  [
    'rev.unknown_stale',
    'produced before the certificate was',
    () => response([about()], { producedAt: new Date('2025-01-01T00:00:00Z') }),
  ],
  [
    'rev.unknown_stale',
    'old and without nextUpdate',
    () => response([about({ thisUpdate: before(25), nextUpdate: undefined })]),
  ],
  [
    'rev.unknown_critical_extension',
    'with an unknown critical extension of the response',
    () => response([about()], { extensions: [UNKNOWN] }),
  ],
  [
    'rev.unknown_critical_extension',
    'with an unknown critical extension of the statement',
    () => response([about({ extensions: [UNKNOWN] })]),
  ],
  ['rev.unknown_signer', 'signed by another authority', () => response([about()], {}, world.root)],
  [
    'rev.unknown_signer',
    'signed by the leaf itself',
    () => response([about()], { certificates: [world.issued.der] }, world.issued),
  ],
  [
    'rev.unknown_signer',
    'by a delegate without id-kp-OCSPSigning',
    () => delegated({ extendedKeyUsage: ['clientAuth'] }),
  ],
  [
    'rev.unknown_signer',
    'by a delegate without extendedKeyUsage (RFC 6960 §4.2.2.2)',
    () => delegated({ extendedKeyUsage: undefined }),
  ],
  [
    'rev.unknown_signer',
    'by a delegate that names another issuer, although the key is right',
    async () => {
      const { keys } = world.intermediate;
      const delegate = await makeCertificate(DELEGATE, { subjectDer: world.root.subjectDer, keys });
      return response([about()], { certificates: [delegate.der] }, delegate);
    },
  ],
  [
    'rev.unknown_signer',
    'where the responder names somebody else',
    () => ({ ...response(), responder: { by: 'name', name: world.leaf.subject } }),
  ],
  [
    'rev.unknown_signer',
    'where the responder names another key',
    () => ({ ...response(), responder: { by: 'key', keyHash: '00'.repeat(20) } }),
  ],
  ['rev.unknown_signer', 'by a delegate for any purpose', () => delegated({ extendedKeyUsage: ['any'] })],
  ['rev.unknown_signer', 'by a delegate of another authority', () => delegated({}, world.root)],
  [
    'rev.unknown_signer',
    'by a delegate of a namesake',
    async () => delegated({}, await createAuthority(INTERMEDIATE)),
  ],
  ['rev.unknown_signer', 'by an expired delegate', () => delegated({ notAfter: before(1) })],
  [
    'rev.unknown_signer',
    'by a delegate whose key may not sign',
    () => delegated({ keyUsage: ['keyAgreement'] }),
  ],
  [
    'rev.unknown_signature',
    'where the statement was changed',
    () => ({ ...response(), tbs: response([about({ thisUpdate: before(2) })]).tbs }),
  ],
  ['rev.unknown_signature', 'signed with SHA-1', () => response([about()], { signatureHash: 'SHA-1' })],
];

describe('statusByResponses (RFC 6960 §3.2)', () => {
  it.each(GOOD)('is good by %s', async (_name, make) => {
    expect(status(await make())).toMatchObject({ status: 'good' });
  });

  it.each(REVOKED)('is revoked %s', async (_name, make) => {
    expect(status(await make())).toEqual({ status: 'revoked', since: before(2), reason: 1 });
  });

  it.each(UNKNOWN_CASES)('%s: is unknown %s', async (cause, _name, make) => {
    expect(status(await make())).toEqual({ status: 'unknown', cause });
  });

  it('knows nothing without a response', () => {
    expect(status()).toEqual({ status: 'unknown', cause: 'rev.unknown_no_source' });
  });

  it('is good until the statement ends', () => {
    expect(status(response())).toEqual({ status: 'good', freshUntil: after(23) });
  });

  it.each<[string, () => OcspResponse | Promise<OcspResponse>]>([
    ['one that has ended', () => response([about({ nextUpdate: before(0.5) })])],
    ['one of nobody who may say so', () => response([about()], {}, world.root)],
    ['one that ends earlier', () => response([about({ nextUpdate: after(1) })])],
    ['an old one that did not know', () => response([about({ status: 'unknown', nextUpdate: before(0.5) })])],
  ])('takes nothing away from a fresh one by %s', async (_name, other) => {
    const [one, another] = [response(), await other()];
    expect(status(one, another)).toEqual({ status: 'good', freshUntil: after(23) });
    expect(status(another, one)).toEqual({ status: 'good', freshUntil: after(23) });
  });

  it('looks at the first eight certificates that a response brings along, and at no more', async () => {
    const delegate = await world.intermediate.issue(DELEGATE);
    const others = Array.from({ length: 8 }, () => world.issued.der);
    const brought = (certificates: Uint8Array[]): OcspResponse =>
      response([about()], { certificates }, delegate);
    expect(status(brought([...others.slice(1), delegate.der])).status).toBe('good');
    expect(status(brought([...others, delegate.der]))).toMatchObject({ cause: 'rev.unknown_signer' });
  });

  it('lets one response that says revoked decide', () => {
    const bad = response([about({ status: { revokedSince: before(2) } })]);
    expect(status(response(), bad)).toMatchObject({ status: 'revoked' });
  });
});

describe('parseOcspResponse', () => {
  const valid = (): Uint8Array =>
    makeOcspResponse(world.intermediate, { producedAt: before(1), statements: [about()] });

  it('does not take an error for a response (RFC 6960 §2.3)', () => {
    expect(parseOcspResponse(makeOcspError(3), STRICT_PARSING)).toEqual({
      parsed: false,
      fault: 'ocsp.error_status',
    });
  });

  it.each<[string, () => Uint8Array]>([
    ['a successful status without a response', () => makeOcspError(0)],
    ['an unknown status', () => makeOcspError(9)],
    ['trailing octets', () => Uint8Array.from([...valid(), 0])],
    ['a certificate', () => world.issued.der],
    ['a status of an unknown kind', () => withoutStatus()],
  ])('refuses %s', (_name, make) => {
    expect(parseOcspResponse(make(), STRICT_PARSING).parsed).toBe(false);
  });

  it('leaves out certificates that cannot be read', async () => {
    const sent = { certificates: [encodeDer(0x30, bytes(5, 0))] };
    expect(response([about()], sent).certificates).toEqual([]);
  });

  it('never throws, whatever octet is changed or cut off', () => {
    const der = valid();
    for (let at = 0; at < der.length; at++) {
      const changed = Uint8Array.from(der);
      changed[at]! ^= 0x81;
      expect(typeof parseOcspResponse(changed, STRICT_PARSING).parsed).toBe('boolean');
      expect(parseOcspResponse(der.subarray(0, at), STRICT_PARSING).parsed).toBe(false);
    }
  });

  /** The context tag of "good" becomes one that no status has. */
  function withoutStatus(): Uint8Array {
    const text = Buffer.from(valid()).toString('latin1');
    return Uint8Array.from(Buffer.from(text.replace('\x80\x00\x18\x0f', '\x83\x00\x18\x0f'), 'latin1'));
  }
});
