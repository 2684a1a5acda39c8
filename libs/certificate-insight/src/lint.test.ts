import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createAuthority,
  createSelfSigned,
  decodeChildren,
  encodeAttribute,
  encodeDer,
  encodeName,
  encodeOid,
  generateKeys,
  TAG,
  type CertificateOptions,
  type RawExtension,
} from '@holdfast/test-pki';
import * as x509 from '@peculiar/x509';
import { decodeCertificate } from './decode-certificate.js';
import { lint } from './lint.js';
import { LINTS, type Check, type LintCode } from './lints.js';
import { daysLeft } from './lint-validity.js';
import {
  ANCHOR,
  BY_DNS,
  BY_SUBJECT,
  findings,
  INTERMEDIATE,
  LEAF,
  lintPasted,
  NOON,
  pastedWorld,
  PIN,
  pkcs7,
  ROOT,
  YEAR,
  type PastedWorld,
} from './testing/pasted-world.js';
import { makeRequest, type RequestChange } from './testing/requests.js';

let world: PastedWorld;
beforeAll(async () => {
  world = await pastedWorld();
});

const leaf = async (change: Partial<CertificateOptions>, use = BY_SUBJECT): Promise<Check[]> =>
  lintPasted(await world.leafWith(change), use);
const pinned = async (change: Partial<CertificateOptions>): Promise<Check[]> =>
  lintPasted((await createSelfSigned({ ...LEAF, ...change })).pem, PIN);
const anchor = async (change: Partial<CertificateOptions>): Promise<Check[]> =>
  lintPasted((await createAuthority({ ...ROOT, ...change })).pem, ANCHOR);
const chain = (): string => world.leaf.pem + world.intermediate.pem;
const at = async (now: string): Promise<Check[]> => lintPasted(chain(), BY_SUBJECT, new Date(now));
const curve = (namedCurve: string): Partial<CertificateOptions> => ({
  publicKeyDer: Uint8Array.from(
    generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' }),
  ),
});
const BY_EXCEPTION = { mode: 'match-by-name', field: 'subject_dn', serverAuthExcepted: true } as const;
const known = (...anchorSubjects: string[]) => ({ ...BY_SUBJECT, anchorSubjects }) as const;

/** Each code with the changes to the sound world that produce it. The compiler asks for every code. */
const PRODUCED: Readonly<
  Record<LintCode, readonly (readonly [name: string, lint: () => Promise<Check[]>])[]>
> = {
  PRIVATE_KEY_PRESENT: [['a private key', () => lintPasted(world.leaf.privateKeyPem, PIN)]],
  PKCS12_REFUSED: [
    [
      'PKCS#12',
      () =>
        lintPasted(
          encodeDer(
            TAG.sequence,
            encodeDer(TAG.integer, Uint8Array.of(3)),
            encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1'), new Uint8Array(200)),
          ),
          PIN,
        ),
    ],
  ],
  NOT_A_CERTIFICATE: [['a sentence', () => lintPasted('hello', PIN)]],
  SEVERAL_LEAVES: [
    ['two leaves', async () => lintPasted(world.leaf.pem + (await createSelfSigned(LEAF)).pem, BY_SUBJECT)],
  ],
  IS_REQUEST: [['a request (RFC 2986)', () => request()]],
  REQUEST_NOT_PROVEN: [
    [
      'a request with the signature of another (RFC 2986 §4.2)',
      async () => lintPasted(withSignatureOf(await makeRequest(), await makeRequest()), BY_SUBJECT),
    ],
  ],
  JWK_NO_CERTIFICATE: [['a key without x5c (RFC 8705 §2.2)', () => webKeys({ x5c: undefined })]],
  JWK_KEY_MISMATCH: [['a key with the certificate of another (RFC 7517 §4.7)', () => webKeys({ x: 'AAAA' })]],
  JWK_THUMBPRINT_MISMATCH: [['a wrong thumbprint (RFC 7517 §4.9)', () => webKeys({ 'x5t#S256': 'AAAA' })]],
  JWK_REPEATED: [['a certificate twice', () => webKeys({ kid: 'a' }, { kid: 'b' })]],
  JWK_KID_REPEATED: [['a kid twice (RFC 7517 §4.5)', () => webKeys({ kid: 'a' }, { kid: 'a' })]],
  REST_IGNORED: [
    ['a bundle with a CRL', () => lintPasted(pkcs7([world.leaf.der], [encodeDer(TAG.sequence)]), PIN)],
    [
      'a bundle with attribute certificates (RFC 5652 §10.2.2)',
      () => lintPasted(pkcs7([world.leaf.der, encodeDer(0xa2), encodeDer(0xa2)]), PIN),
    ],
  ],
  CERTIFICATE_VERSION: [['version 1 (RFC 8705 Appendix A)', () => lintVersionOne()]],
  EKU_CLIENTAUTH_MISSING: [
    ['a leaf for servers (RFC 5280 §4.2.1.12)', () => leaf({ extendedKeyUsage: ['serverAuth'] })],
    ['a pinned leaf for servers', () => pinned({ extendedKeyUsage: ['serverAuth', 'codeSigning'] })],
    ['an intermediate for servers', () => lintUnderIntermediate({ extendedKeyUsage: ['serverAuth'] })],
    ['an anchor for servers', () => anchor({ extendedKeyUsage: ['serverAuth'] })],
    [
      'a request for servers',
      () => request({ extensions: [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1'])] }),
    ],
  ],
  IS_CA: [
    ['an authority as leaf (RFC 5280 §4.2.1.9)', () => lintPasted(world.intermediate.pem, BY_SUBJECT)],
    ['a request for an authority', () => request({ extensions: [new x509.BasicConstraintsExtension(true)] })],
  ],
  KU_NO_DIGITAL_SIGNATURE: [
    ['a leaf that may not sign (RFC 5280 §4.2.1.3)', () => leaf({ keyUsage: ['keyEncipherment'] })],
    ['a pinned one that may not sign', () => pinned({ keyUsage: ['keyCertSign'] })],
    [
      'a request that does not ask to sign',
      () => request({ extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyEncipherment)] }),
    ],
  ],
  NOT_A_CA: [
    ['a leaf as anchor', () => lintPasted(world.leaf.pem, ANCHOR)],
    ['a self-signed leaf as anchor', async () => lintPasted((await createSelfSigned(LEAF)).pem, ANCHOR)],
    ['a leaf with its authority as anchor', () => lintPasted(chain(), ANCHOR)],
  ],
  CA_NO_CERT_SIGN: [['an anchor that may not sign certificates', () => anchor({ keyUsage: ['cRLSign'] })]],
  EXPIRED: [
    ['one second after the end (RFC 5280 §4.1.2.5)', () => at('2027-01-01T00:00:00Z')],
    [
      'an intermediate that has ended',
      () => lintUnderIntermediate({ notAfter: new Date('2026-05-31T00:00:00Z') }),
    ],
  ],
  NOT_YET_VALID: [['one second before the beginning', () => at('2025-12-31T23:59:59Z')]],
  EXPIRES_SOON: [
    ['29 days before the end', () => at('2026-12-02T00:00:00Z')],
    ['in the last second', () => at('2026-12-31T23:59:59.900Z')],
  ],
  LIFETIME_TOO_LONG: [
    ['826 days', () => leaf({ notBefore: new Date('2024-09-26T23:59:58Z') })],
    ['a pinned one of ten years', () => pinned({ notAfter: new Date('2036-01-01') })],
  ],
  WEAK_KEY: [
    ['a request with 1024 bits', async () => request({ keys: await generateKeys('RSA-1024') })],
    ['RSA with 1024 bits', () => leaf({ keyAlgorithm: 'RSA-1024' })],
    ['EC P-192', () => leaf(curve('prime192v1'))],
    ['an anchor with 1024 bits', () => anchor({ keyAlgorithm: 'RSA-1024' })],
  ],
  WEAK_SIGNATURE: [
    ['SHA-1', () => leaf({ signatureHash: 'SHA-1' })],
    ['SHA-1 in a request', () => request({ hash: 'SHA-1' })],
    ['SHA-1 in a pinned one', () => pinned({ signatureHash: 'SHA-1' })],
  ],
  UNUSUAL_ALGORITHM: [
    ['secp256k1', () => leaf(curve('secp256k1'))],
    ['brainpool', () => leaf(curve('brainpoolP256r1'))],
  ],
  SELF_SIGNED_IN_NAME_MODE: [
    [
      'self-signed by name (RFC 8705 §2.1)',
      async () => lintPasted((await createSelfSigned(LEAF)).pem, BY_SUBJECT),
    ],
  ],
  PUBLIC_WEB_CA: [
    [
      'a policy of the CA/Browser Forum',
      () => leaf({ extensions: [extension('2.5.29.32', sequence(sequence(encodeOid('2.23.140.1.2.1'))))] }),
    ],
    [
      'timestamps of Certificate Transparency (RFC 6962 §3.3)',
      () => leaf({ extensions: [extension('1.3.6.1.4.1.11129.2.4.2', encodeDer(TAG.octetString))] }),
    ],
  ],
  CA_NOT_TRUSTED_HERE: [
    [
      'a whole chain to a root that is no anchor',
      () => lintPasted(chain() + world.root.pem, known('CN=Other CA')),
    ],
  ],
  CHAIN_INCOMPLETE: [
    ['a leaf alone', () => lintPasted(world.leaf.pem, BY_SUBJECT)],
    ['a chain to an unknown authority', () => lintPasted(chain(), known('CN=Other CA'))],
  ],
  CHAIN_ORDER: [
    ['a chain upside down', () => lintPasted(world.intermediate.pem + world.leaf.pem, BY_SUBJECT)],
  ],
  CHAIN_ROOT_INCLUDED: [['a chain with its root', () => lintPasted(chain() + world.root.pem, BY_SUBJECT)]],
  CHAIN_UNRELATED: [
    ['a root without what is between', () => lintPasted(world.leaf.pem + world.root.pem, BY_SUBJECT)],
  ],
  NO_SUBJECT_VALUE: [
    ['an empty subject', () => leaf({ subject: Uint8Array.of(0x30, 0) })],
    ['an empty subject in a request', () => request({ subject: '' })],
    ['an empty subject without other names', () => leaf({ subject: Uint8Array.of(0x30, 0), san: undefined })],
  ],
  SAN_TYPE_ABSENT: [
    ['no alternative name', () => leaf({ san: undefined }, BY_DNS)],
    ['alternative names of other kinds', () => leaf({ san: { ip: ['192.0.2.1'], uri: ['urn:x'] } }, BY_DNS)],
    ['no URI', () => leaf({}, { mode: 'match-by-name', field: 'san_uri' })],
    ['no IP address', () => leaf({}, { mode: 'match-by-name', field: 'san_ip' })],
    [
      'an e-mail address in the subject only (RFC 8705 §2.1.2)',
      () => leaf({ subject: 'E=a@b.example' }, { mode: 'match-by-name', field: 'san_email' }),
    ],
    [
      'a SPIFFE ID beside another one (X.509-SVID §2)',
      () =>
        leaf({ san: { uri: ['spiffe://a/b', 'spiffe://a/c'] } }, { mode: 'match-by-name', field: 'san_uri' }),
    ],
    ['wildcards only (RFC 8705 §7.5)', () => leaf({ san: { dns: ['*.acme.example'] } }, BY_DNS)],
    ['a request without names', async () => lintPasted(await makeRequest({ extensions: [] }), BY_DNS)],
  ],
  DN_MULTIVALUE: [['an RDN with two values', () => leaf({ subject: 'CN=a+OU=b,O=Acme' })]],
  DN_NON_ASCII: [
    ['a letter beyond ASCII', () => leaf({ subject: 'CN=Müller,O=Acme' })],
    ['a control character', () => leaf({ subject: 'CN=a\\0db,O=Acme' })],
  ],
  DN_UNKNOWN_OID: [
    [
      'a part of a private kind',
      () => leaf({ subject: encodeName([encodeAttribute('1.3.6.1.4.1.99999.1', Uint8Array.of(65))]) }),
    ],
  ],
};

const request = async (change: RequestChange = {}): Promise<Check[]> =>
  lintPasted(await makeRequest(change), BY_SUBJECT);

function withSignatureOf(der: Uint8Array, other: Uint8Array): Uint8Array {
  const [info, algorithm] = decodeChildren(der);
  return encodeDer(TAG.sequence, info!, algorithm!, decodeChildren(other)[2]!);
}

/** Keys of a self-signed certificate, each with one change. */
async function webKeys(...changes: readonly Record<string, unknown>[]): Promise<Check[]> {
  const { der, pem } = await createSelfSigned(LEAF);
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const keys = changes.map((change) => ({ ...jwk, x5c: [Buffer.from(der).toString('base64')], ...change }));
  return lintPasted(JSON.stringify({ keys }), PIN);
}

const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);
const extension = (oid: string, value: Uint8Array): RawExtension => ({ oid, value });

async function lintUnderIntermediate(change: Partial<CertificateOptions>): Promise<Check[]> {
  const intermediate = await world.root.issueAuthority({ ...INTERMEDIATE, ...change });
  return lintPasted((await intermediate.issue(LEAF)).pem + intermediate.pem, BY_SUBJECT);
}

async function lintVersionOne(): Promise<Check[]> {
  const certificate = await decodeCertificate(world.leaf.der);
  return lint({ readable: true, certificates: [{ ...certificate!, version: 1 }], checks: [] }, PIN, NOON);
}

describe('lint', () => {
  it.each([
    ['a chain by subject', () => lintPasted(chain(), BY_SUBJECT)],
    ['a chain by DNS name', () => lintPasted(chain(), BY_DNS)],
    ['a leaf under a known anchor', () => lintPasted(world.leaf.pem, known('CN=Issuing CA,O=Acme'))],
    ['a chain under a known anchor', () => lintPasted(chain(), known('CN=Root CA,O=Acme'))],
    ['a leaf without any limit of use', () => leaf({ extendedKeyUsage: undefined, keyUsage: undefined })],
    ['a leaf for any use', () => leaf({ extendedKeyUsage: ['any'] })],
    ['a pinned self-signed certificate', () => pinned({})],
    [
      'a pinned one that is a CA, as openssl req -x509 makes it',
      () => pinned({ basicConstraints: { ca: true } }),
    ],
    ['a pinned one without names', () => pinned({ subject: Uint8Array.of(0x30, 0), san: undefined })],
    ['a root as anchor', () => anchor({})],
    ['a root as anchor that is signed with SHA-1', () => anchor({ signatureHash: 'SHA-1' })],
    [
      'an intermediate and its root as anchor',
      () => lintPasted(world.intermediate.pem + world.root.pem, ANCHOR),
    ],
    ['a leaf for key agreement (RFC 5280 §4.2.1.12)', () => leaf({ keyUsage: ['keyAgreement'] })],
    ['the first second of the validity', () => at('2026-01-01T00:00:00Z')],
    ['30 days before the end', () => at('2026-12-01T23:59:59Z')],
    ['a lifetime of 825 days', () => leaf({ notBefore: new Date('2024-09-27T23:59:59Z') })],
    ['a bundle', () => lintPasted(pkcs7([world.leaf.der, world.intermediate.der]), BY_SUBJECT)],
    ['a JWK Set', () => webKeys({ kid: 'a', use: 'sig' })],
  ])('finds nothing wrong with %s, and says what is right', async (_name, checks) => {
    const all = await checks();
    expect(findings(all)).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(all.map(({ text }) => text).join(' ')).toMatch(/strong enough.*|valid until/);
  });

  const cases = Object.entries(PRODUCED).flatMap(([code, list]) =>
    list.map(([name, checks]) => [code as LintCode, name, checks] as const),
  );

  it.each(cases)('reports %s for %s', async (code, _name, checks) => {
    const found = (await checks()).filter((check) => check.code === code && check.level !== 'ok');
    expect(found).not.toEqual([]);
    for (const check of found) {
      expect(check.level).toBe(LINTS[code].level);
      expectPlainEnglish(check);
    }
  });

  it('breaks one thing at a time: a leaf for servers has no other finding', async () => {
    expect(findings(await leaf({ extendedKeyUsage: ['serverAuth'] }))).toEqual(['EKU_CLIENTAUTH_MISSING']);
  });

  it.each<[what: string, checks: () => Promise<Check[]>]>([
    ['a leaf for servers', () => leaf({ extendedKeyUsage: ['serverAuth'] }, BY_EXCEPTION)],
    [
      'an anchor for servers',
      async () =>
        lintPasted((await createAuthority({ ...ROOT, extendedKeyUsage: ['serverAuth'] })).pem, {
          mode: 'trust-anchor',
          serverAuthExcepted: true,
        }),
    ],
  ])('finds nothing against %s where the anchor excepts servers', async (_what, checks) => {
    expect(findings(await checks())).toEqual([]);
  });

  it('finds a leaf for mail, whatever is excepted for servers', async () => {
    expect(findings(await leaf({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] }, BY_EXCEPTION))).toEqual([
      'EKU_CLIENTAUTH_MISSING',
    ]);
  });

  it('offers two ways out of a missing clientAuth, and a command', async () => {
    const [check] = await leaf({ extendedKeyUsage: ['serverAuth'] });
    expect(check).toMatchObject({
      text: expect.stringContaining('may only be used by servers'),
      remedy: expect.stringMatching(/Public certification authorities.*private authority.*Pin certificate/),
      command: expect.stringMatching(/^openssl req -x509 .*extendedKeyUsage=clientAuth/),
    });
  });

  it('puts the worst first', async () => {
    const levels = (
      await lintPasted(chain() + world.root.pem, BY_SUBJECT, new Date('2028-01-01T00:00:00Z'))
    ).map(({ level }) => level);
    expect([...new Set(levels)]).toEqual(['error', 'warning', 'ok']);
  });
});

/** Sentences, not codes: what a person reads who does this once a year. */
function expectPlainEnglish({ text, remedy, command }: Check): void {
  for (const sentence of [text, remedy ?? 'There is nothing to do about this one.']) {
    expect(sentence).toMatch(/^(?:[A-Z"]|the certificate )[^]*[.)]$/);
    expect(sentence.split(' ').length).toBeGreaterThanOrEqual(4);
    expect(sentence).not.toMatch(/\b[A-Z0-9]+_[A-Z0-9_]+\b|undefined|null|\[object/);
  }
  if (command !== undefined) expect(command).toMatch(/^(?:openssl|cat|keytool|iconv) \S[^\n]*$/);
}

describe('daysLeft', () => {
  it.each([
    ['2026-12-30T23:59:59Z', 1],
    ['2026-12-31T00:00:00Z', 0],
    ['2027-01-01T00:00:00Z', -1],
  ])('counts whole days from %s', (now, days) => {
    expect(daysLeft(YEAR, new Date(now))).toBe(days);
  });
});
