import {
  parseCertificate,
  type Certificate,
  type CertificateVerdict,
  PARTNER_CERTIFICATES,
  validateClientCertificate,
} from '@holdfast/certificate-validation';
import {
  createAuthority,
  createSelfSigned,
  encodeDer,
  encodeOid,
  makeOcspError,
  makeOcspResponse,
  makeRevocationList,
  TAG,
  toPublicKeyDer,
  type Authority,
  type IssuedCertificate,
  type RawExtension,
} from '@holdfast/test-pki';

/** The time of every judgement. */
export const NOON = new Date('2026-06-01T12:00:00Z');
const YEAR = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const HOUR_AGO = new Date('2026-06-01T11:00:00Z');
const TOMORROW = new Date('2026-06-02T11:00:00Z');

const text = (characters: string): Uint8Array => Uint8Array.from(Buffer.from(characters, 'latin1'));
const extension = (oid: string, value: Uint8Array, critical = false): RawExtension => ({
  oid,
  value,
  critical,
});
const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);

/** NameConstraints with a subtree of each kind. */
const NAME_CONSTRAINTS = (directory: Uint8Array): Uint8Array =>
  sequence(
    encodeDer(
      0xa0,
      ...[encodeDer(0x82, text('partner.example')), encodeDer(0x81, text('.partner.example'))].map((base) =>
        sequence(base),
      ),
      sequence(encodeDer(0x86, text('.partner.example'))),
      sequence(encodeDer(0x87, Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0))),
      sequence(encodeDer(0xa4, directory)),
    ),
    encodeDer(
      0xa1,
      sequence(encodeDer(0x82, text('bad.partner.example'))),
      sequence(encodeDer(0x88, text('*'))),
    ),
  );

const POLICY = encodeOid('1.3.6.1.4.1.99999.1');
const ISSUER_EXTENSIONS: readonly RawExtension[] = [
  extension('2.5.29.32', sequence(sequence(POLICY), sequence(encodeOid('2.5.29.32.0')))),
  extension('2.5.29.33', sequence(sequence(POLICY, encodeOid('1.3.6.1.4.1.99999.2')))),
  extension('2.5.29.36', sequence(encodeDer(0x80, Uint8Array.of(3))), true),
  extension('2.5.29.54', encodeDer(TAG.integer, Uint8Array.of(2)), true),
  extension('2.5.29.14', encodeDer(TAG.octetString, text('key'))),
];
const LEAF_EXTENSIONS: readonly RawExtension[] = [
  extension('2.5.29.32', sequence(sequence(encodeOid('1.3.6.1.4.1.99999.2')))),
  extension('2.5.29.35', sequence(encodeDer(0x80, text('key')))),
  extension(
    '2.5.29.31',
    sequence(sequence(encodeDer(0xa0, encodeDer(0xa0, encodeDer(0x86, text('http://crl.example/')))))),
  ),
];

/** Valid values of every kind that is parsed, of one partner; all certificates are valid at NOON. */
export interface FuzzWorld {
  readonly anchor: Certificate;
  readonly issuer: Certificate;
  readonly leaf: Certificate;
  readonly root: Authority;
  readonly intermediate: Authority;
  readonly leaves: readonly IssuedCertificate[];
  readonly nameConstraints: Uint8Array;
  readonly revocationLists: readonly Uint8Array[];
  readonly ocspResponses: readonly Uint8Array[];
  readonly publicKeys: readonly Uint8Array[];
  /** The verdict on a leaf, with the world's intermediate beside it. */
  judge(leaf: Certificate, bag?: readonly Uint8Array[]): CertificateVerdict;
}

export async function makeFuzzWorld(): Promise<FuzzWorld> {
  const root = await createAuthority({ subject: 'CN=Root CA,O=Acme', ...YEAR });
  const nameConstraints = NAME_CONSTRAINTS(root.subjectDer);
  const intermediate = await root.issueAuthority({
    subject: 'CN=Issuing CA,O=Acme',
    extendedKeyUsage: ['clientAuth', 'serverAuth'],
    extensions: ISSUER_EXTENSIONS,
    pathLength: 0,
    ...YEAR,
  });
  const leaves = await Promise.all(
    (['P-256', 'P-384', 'RSA-2048', 'Ed25519'] as const).map((keyAlgorithm) =>
      intermediate.issue({
        subject: 'CN=orders+OU=x,O=Acme,C=DE',
        san: {
          dns: ['a.partner.example'],
          ip: ['192.0.2.1', '2001:db8::1'],
          uri: ['https://a.example/b'],
          email: ['a@b.example'],
        },
        extendedKeyUsage: ['clientAuth'],
        extensions: LEAF_EXTENSIONS,
        keyAlgorithm,
        ...YEAR,
      }),
    ),
  );
  const constrained = await root.issueAuthority({
    subject: 'CN=Constrained CA',
    extensions: [extension('2.5.29.30', nameConstraints, true)],
    ...YEAR,
  });
  leaves.push(constrained, await createSelfSigned({ subject: 'CN=pinned', ...YEAR }));
  const [anchor, issuer, leaf] = [root, intermediate, leaves[0]!].map(({ der }) => parsed(der));
  return {
    ...{ root, intermediate, leaves, nameConstraints, anchor: anchor!, issuer: issuer!, leaf: leaf! },
    revocationLists: revocationLists(intermediate, leaves[0]!.der),
    ocspResponses: await ocspResponses(intermediate, leaves[0]!.der),
    publicKeys: leaves.map(({ keys }) => toPublicKeyDer(keys)),
    judge: (candidate, bag = [intermediate.der]) =>
      validateClientCertificate(candidate, bag, [{ certificate: anchor! }], PARTNER_CERTIFICATES, NOON),
  };
}

function parsed(der: Uint8Array): Certificate {
  const result = parseCertificate(der);
  if (!result.parsed) throw new Error(`the world of the fuzzer is broken: ${result.fault}`);
  return result.certificate;
}

function revocationLists(issuer: Authority, certificate: Uint8Array): Uint8Array[] {
  const times = { thisUpdate: HOUR_AGO, nextUpdate: TOMORROW };
  const scope = extension('2.5.29.28', sequence(encodeDer(0x81, Uint8Array.of(0xff))), true);
  const number = extension('2.5.29.20', encodeDer(TAG.integer, Uint8Array.of(1)));
  return [
    makeRevocationList(issuer, times),
    makeRevocationList(issuer, { ...times, extensions: [number, scope] }),
    makeRevocationList(issuer, {
      ...times,
      revoked: [{ certificate, since: HOUR_AGO, reason: 1 }],
      extensions: [number],
    }),
  ];
}

async function ocspResponses(issuer: Authority, certificate: Uint8Array): Promise<Uint8Array[]> {
  const statement = { certificate, issuer, thisUpdate: HOUR_AGO, nextUpdate: TOMORROW } as const;
  const delegate = await issuer.issue({
    subject: 'CN=OCSP',
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'],
    ...YEAR,
  });
  const produced = { producedAt: HOUR_AGO };
  return [
    makeOcspResponse(issuer, { ...produced, statements: [{ ...statement, status: 'good' }] }),
    makeOcspResponse(issuer, {
      ...produced,
      responderBy: 'name',
      statements: [{ ...statement, status: { revokedSince: HOUR_AGO, reason: 1 } }],
    }),
    makeOcspResponse(delegate, {
      ...produced,
      certificates: [delegate.der],
      statements: [{ ...statement, hash: 'sha256', status: 'good' }],
    }),
    makeOcspError(3),
  ];
}
