import { findLeaves, orderChain, withoutDuplicates } from './chain.js';
import { decodeCertificate, type DecodedCertificate } from './decode-certificate.js';
import { readDer, TAG } from './der.js';
import {
  foreignCheck,
  identifyDer,
  identifyLabel,
  identifyText,
  MAXIMUM_BYTES,
  MAXIMUM_CERTIFICATES,
  type ForeignContent,
} from './foreign-content.js';
import { finding, type Check } from './lints.js';
import { decodeBase64, toLatin1 } from './octets.js';
import { readPem } from './pem.js';
import { holdsPrivateKey } from './private-key.js';

export type Insight = ReadableInsight | UnreadableInsight;

export interface ReadableInsight {
  readonly readable: true;
  /** The leaf (or the lowest authority) first, then its issuers. Send the `pem` of these, never the input. */
  readonly certificates: readonly [DecodedCertificate, ...DecodedCertificate[]];
  /** What had to be put right while reading. What the certificates are good for: see `lint`. */
  readonly checks: readonly Check[];
}

export interface UnreadableInsight {
  readonly readable: false;
  /** One check of level `block`. */
  readonly checks: readonly [Check];
}

/**
 * Reads what a person pastes, drops or opens: PEM with one or several certificates in any order and text around them,
 * one certificate as DER, or either of them as base64. A private key is looked for first; if there is one, nothing
 * else is read and nothing of the input is in the answer.
 *
 * Does NOT judge: what is wrong for a purpose is said by `lint`, and only the server decides.
 */
export async function readPastedCertificate(input: string | Uint8Array): Promise<Insight> {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  if (bytes.length > MAXIMUM_BYTES) return refuse(foreignCheck('too_large'));
  if (holdsPrivateKey(bytes)) return refuse(PRIVATE_KEY_PRESENT);
  const extracted = extractDer(bytes);
  if (typeof extracted === 'string') return refuse(foreignCheck(extracted));
  if (extracted.length > MAXIMUM_CERTIFICATES) return refuse(foreignCheck('too_many'));
  const found = extracted.map(findForeign).find((foreign) => foreign !== undefined);
  if (found !== undefined) return refuse(foreignCheck(found));
  return toInsight(await Promise.all(extracted.map(decodeCertificate)));
}

const PRIVATE_KEY_PRESENT = finding(
  'PRIVATE_KEY_PRESENT',
  'This contains a private key. It was not sent and nothing of it was kept. Whoever has the key can act as you.',
  {
    remedy:
      'Empty this field and give only the certificate. If the key was pasted, mailed or stored anywhere else, treat it as exposed: make a new key and a new certificate.',
    command: 'openssl x509 -in client.pem -out cert.pem',
  },
);

/** The DER of every certificate in the input, not yet looked into, or what the input is instead. */
function extractDer(bytes: Uint8Array): readonly Uint8Array[] | ForeignContent {
  if (isDer(bytes)) return [bytes];
  // A byte order mark, and line ends in values copied out of JSON.
  const text = toLatin1(bytes)
    .replace(/^ï»¿/, '')
    .replaceAll(/\\r|\\n/g, '\n');
  const blocks = readPem(text);
  if (blocks === 'cut_off' || blocks === 'damaged') return `pem_${blocks}`;
  if (blocks.length > 0) {
    const certificates = blocks.filter(({ label }) => /^(?:X509 )?CERTIFICATE$/.test(label));
    return certificates.length > 0 ? certificates.map(({ der }) => der) : identifyLabel(blocks[0]!.label);
  }
  const inner = decodeBase64(text.replaceAll(/\s/g, ''));
  const isPemInside = inner !== undefined && toLatin1(inner).startsWith('-----BEGIN ');
  if (inner !== undefined && (isDer(inner) || isPemInside)) return extractDer(inner);
  return identifyText(text);
}

/** A SEQUENCE whose length cannot be a character, or is exact: text too may begin with the digit 0. */
function isDer(bytes: Uint8Array): boolean {
  const [tag, length = 0] = bytes;
  if (tag !== TAG.sequence) return false;
  return length >= 0x80 ? length <= 0x84 : length > 0 && length === bytes.length - 2;
}

function findForeign(der: Uint8Array): ForeignContent | undefined {
  const foreign = identifyDer(der);
  if (foreign !== undefined) return foreign;
  const value = readDer(der);
  if (value?.tag !== TAG.sequence) return 'malformed_certificate';
  if (value.promised > der.length) return 'pem_cut_off';
  return value.promised < der.length ? 'trailing_data' : undefined;
}

function toInsight(decoded: readonly (DecodedCertificate | undefined)[]): Insight {
  const [first, ...others] = withoutDuplicates(decoded.filter((certificate) => certificate !== undefined));
  if (first === undefined || decoded.includes(undefined))
    return refuse(foreignCheck('malformed_certificate'));
  const leaves = findLeaves([first, ...others]);
  if (leaves.length > 1) return refuse(severalLeaves(leaves));
  const { chain, unrelated, wasReordered } = orderChain([first, ...others]);
  const checks: Check[] = [];
  if (wasReordered) checks.push(CHAIN_ORDER);
  if (unrelated.length > 0) checks.push(chainUnrelated(unrelated));
  return { readable: true, certificates: chain, checks };
}

const CHAIN_ORDER = finding(
  'CHAIN_ORDER',
  'The certificates stood in another order. Here they were put right: the certificate itself first, then the one that issued it, and so on.',
  {
    remedy:
      'If your server sends the same file, put it in this order there too; some servers refuse another one.',
  },
);

function chainUnrelated(unrelated: readonly DecodedCertificate[]): Check {
  return finding(
    'CHAIN_UNRELATED',
    `Not part of the chain, and left out: ${namesOf(unrelated)}. None of them issued one of the other certificates.`,
    {
      remedy:
        'If a certificate is missing between them, paste it too. If they belong elsewhere, add them there.',
    },
  );
}

function severalLeaves(leaves: readonly DecodedCertificate[]): Check {
  return finding(
    'SEVERAL_LEAVES',
    `There are ${leaves.length} certificates here that are not issuers of one another: ${namesOf(leaves)}. It is not clear which one is meant.`,
    { remedy: 'Paste one of them, with its issuers if you like, and add the others afterwards.' },
  );
}

const namesOf = (certificates: readonly DecodedCertificate[]): string =>
  certificates.map(({ subject }) => (subject.text === '' ? '(no name)' : subject.text)).join('; ');

const refuse = (check: Check): UnreadableInsight => ({ readable: false, checks: [check] });
