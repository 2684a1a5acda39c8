import { createHash, KeyObject, sign } from 'node:crypto';
import type { Signer } from './certificate.js';
import { decodeChildren, encodeDer, encodeOid, TAG } from './der.js';
import type { RawExtension } from './extensions.js';
import { toPublicKeyDer, type SignatureHash } from './keys.js';

export interface RevocationListOptions {
  readonly thisUpdate: Date;
  /** `undefined` leaves it out. */
  readonly nextUpdate: Date | undefined;
  readonly revoked?: readonly RevokedOptions[];
  readonly extensions?: readonly RawExtension[];
  readonly signatureHash?: SignatureHash;
  /** Changes the TBSCertList before it is signed. */
  readonly tamper?: (tbs: Uint8Array) => Uint8Array;
}

export interface RevokedOptions {
  readonly certificate: Uint8Array;
  readonly since: Date;
  /** CRLReason (RFC 5280 §5.3.1). */
  readonly reason?: number;
  readonly extensions?: readonly RawExtension[];
}

/** cRLDistributionPoints with one address (RFC 5280 §4.2.1.13). */
export function crlDistributionPoint(url: string): RawExtension {
  const name = encodeDer(0xa0, encodeDer(0xa0, uri(url)));
  return { oid: '2.5.29.31', value: encodeDer(TAG.sequence, encodeDer(TAG.sequence, name)) };
}

/** authorityInfoAccess with the address of one OCSP responder (RFC 5280 §4.2.2.1). */
export function ocspResponder(url: string): RawExtension {
  const access = encodeDer(TAG.sequence, encodeOid('1.3.6.1.5.5.7.48.1'), uri(url));
  return { oid: '1.3.6.1.5.5.7.1.1', value: encodeDer(TAG.sequence, access) };
}

const uri = (address: string): Uint8Array => encodeDer(0x86, Buffer.from(address));

/** A CRL (RFC 5280 §5), DER; version 2 as soon as anything has an extension. Keys must be EC. */
export function makeRevocationList(signer: Signer, options: RevocationListOptions): Uint8Array {
  const { thisUpdate, nextUpdate, revoked = [], extensions = [], tamper } = options;
  const entries = revoked.map(encodeRevoked);
  const tbs = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Uint8Array.of(1)),
    algorithmOf(options.signatureHash),
    signer.subjectDer,
    encodeUtcTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeUtcTime(nextUpdate)]),
    ...(entries.length === 0 ? [] : [encodeDer(TAG.sequence, ...entries)]),
    ...(extensions.length === 0 ? [] : [encodeDer(0xa0, encodeExtensions(extensions))]),
  );
  return encodeSigned(tamper === undefined ? tbs : tamper(tbs), signer, options.signatureHash);
}

export interface OcspOptions {
  readonly producedAt: Date;
  readonly statements: readonly OcspStatementOptions[];
  /** `key` by default. */
  readonly responderBy?: 'key' | 'name';
  /** Sent along with the response. */
  readonly certificates?: readonly Uint8Array[];
  readonly extensions?: readonly RawExtension[];
  readonly signatureHash?: SignatureHash;
}

export interface OcspStatementOptions {
  readonly certificate: Uint8Array;
  readonly issuer: Signer;
  readonly status: 'good' | 'unknown' | { readonly revokedSince: Date; readonly reason?: number };
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly hash?: 'sha1' | 'sha256';
  readonly extensions?: readonly RawExtension[];
}

/** A successful OCSP response (RFC 6960 §4.2.1), DER, signed by `responder`. Keys must be EC. */
export function makeOcspResponse(responder: Signer, options: OcspOptions): Uint8Array {
  const { producedAt, statements, responderBy = 'key', certificates = [], extensions = [] } = options;
  const id =
    responderBy === 'name'
      ? encodeDer(0xa1, responder.subjectDer)
      : encodeDer(0xa2, encodeDer(TAG.octetString, hashOf('sha1', keyOf(responder))));
  const data = encodeDer(
    TAG.sequence,
    id,
    encodeGeneralizedTime(producedAt),
    encodeDer(TAG.sequence, ...statements.map(encodeStatement)),
    ...(extensions.length === 0 ? [] : [encodeDer(0xa1, encodeExtensions(extensions))]),
  );
  const parts = decodeChildren(encodeSigned(data, responder, options.signatureHash));
  const sent = certificates.length === 0 ? [] : [encodeDer(0xa0, encodeDer(TAG.sequence, ...certificates))];
  const basic = encodeDer(TAG.sequence, ...parts, ...sent);
  const bytes = encodeDer(TAG.sequence, encodeOid('1.3.6.1.5.5.7.48.1.1'), encodeDer(TAG.octetString, basic));
  return encodeDer(TAG.sequence, encodeDer(ENUMERATED, Uint8Array.of(0)), encodeDer(0xa0, bytes));
}

/** A response that is an error (RFC 6960 §2.3), like tryLater (3). */
export function makeOcspError(status: number): Uint8Array {
  return encodeDer(TAG.sequence, encodeDer(ENUMERATED, Uint8Array.of(status)));
}

const ENUMERATED = 0x0a;

function encodeRevoked({ certificate, since, reason, extensions = [] }: RevokedOptions): Uint8Array {
  const all = [
    ...(reason === undefined
      ? []
      : [{ oid: '2.5.29.21', value: encodeDer(ENUMERATED, Uint8Array.of(reason)) }]),
    ...extensions,
  ];
  return encodeDer(
    TAG.sequence,
    serialOf(certificate),
    encodeUtcTime(since),
    ...(all.length === 0 ? [] : [encodeExtensions(all)]),
  );
}

function encodeStatement(options: OcspStatementOptions): Uint8Array {
  const { certificate, issuer, status, thisUpdate, nextUpdate, hash = 'sha1', extensions = [] } = options;
  const id = encodeDer(
    TAG.sequence,
    encodeDer(TAG.sequence, encodeOid(HASHES[hash]), encodeDer(TAG.null)),
    encodeDer(TAG.octetString, hashOf(hash, issuer.subjectDer)),
    encodeDer(TAG.octetString, hashOf(hash, keyOf(issuer))),
    serialOf(certificate),
  );
  return encodeDer(
    TAG.sequence,
    id,
    encodeStatus(status),
    encodeGeneralizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeDer(0xa0, encodeGeneralizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [encodeDer(0xa1, encodeExtensions(extensions))]),
  );
}

function encodeStatus(status: OcspStatementOptions['status']): Uint8Array {
  if (status === 'good') return encodeDer(0x80);
  if (status === 'unknown') return encodeDer(0x82);
  const { revokedSince, reason } = status;
  const why = reason === undefined ? [] : [encodeDer(0xa0, encodeDer(ENUMERATED, Uint8Array.of(reason)))];
  return encodeDer(0xa1, encodeGeneralizedTime(revokedSince), ...why);
}

const HASHES = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const;

const hashOf = (hash: string, octets: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash(hash).update(octets).digest());

/** The key alone, without the octet that counts unused bits. */
function keyOf({ keys }: Signer): Uint8Array {
  const [, bitString] = decodeChildren(toPublicKeyDer(keys));
  return contentsOf(bitString!).subarray(1);
}

/** The serial number of a version 3 certificate, as encoded. */
function serialOf(certificate: Uint8Array): Uint8Array {
  return decodeChildren(decodeChildren(certificate)[0]!)[1]!;
}

function contentsOf(der: Uint8Array): Uint8Array {
  const size = der[1]! < 0x80 ? 0 : der[1]! & 0x7f;
  return der.subarray(2 + size);
}

function encodeExtensions(extensions: readonly RawExtension[]): Uint8Array {
  return encodeDer(
    TAG.sequence,
    ...extensions.map(({ oid, critical, value }) =>
      encodeDer(
        TAG.sequence,
        encodeOid(oid),
        ...(critical === true ? [encodeDer(TAG.boolean, Uint8Array.of(0xff))] : []),
        encodeDer(TAG.octetString, value),
      ),
    ),
  );
}

function encodeSigned(tbs: Uint8Array, { keys }: Signer, hash: SignatureHash = 'SHA-256'): Uint8Array {
  const signature = sign(hash.replace('-', ''), tbs, KeyObject.from(keys.privateKey));
  const bits = encodeDer(TAG.bitString, Uint8Array.of(0), Uint8Array.from(signature));
  return encodeDer(TAG.sequence, tbs, algorithmOf(hash), bits);
}

const algorithmOf = (hash: SignatureHash = 'SHA-256'): Uint8Array =>
  encodeDer(TAG.sequence, encodeOid(ECDSA[hash]));

const ECDSA: Readonly<Record<SignatureHash, string>> = {
  'SHA-1': '1.2.840.10045.4.1',
  'SHA-256': '1.2.840.10045.4.3.2',
  'SHA-384': '1.2.840.10045.4.3.3',
  'SHA-512': '1.2.840.10045.4.3.4',
};

const encodeUtcTime = (time: Date): Uint8Array =>
  encodeDer(TAG.utcTime, Buffer.from(digitsOf(time).slice(2)));
const encodeGeneralizedTime = (time: Date): Uint8Array =>
  encodeDer(TAG.generalizedTime, Buffer.from(digitsOf(time)));

/** 20260601120000Z */
const digitsOf = (time: Date): string => `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
