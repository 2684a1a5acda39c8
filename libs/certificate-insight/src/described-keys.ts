import { decodeCertificate, publicKeyOf, type DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, type Check } from './lints.js';
import { sha1, toBase64, toBase64Url } from './octets.js';
import { toJwkMembers } from './public-key.js';
import type { WebKey } from './web-keys.js';

/** One key of a JWK Set, with the certificate that it carries. */
export interface DescribedKey extends Pick<WebKey, 'index' | 'kid' | 'use' | 'alg' | 'key'> {
  /** Its certificate first, then issuers, in the order of `x5c`; `undefined` if there is none that can be read. */
  readonly chain: Chain<DecodedCertificate> | undefined;
  /** What is wrong with the key itself; each names the key. */
  readonly checks: readonly Check[];
}

/** A certificate as a key of a JWK Set (RFC 7517 §4.7): to be sent in the place of what was pasted. */
export function toWebKey(certificate: DecodedCertificate): Readonly<Record<string, unknown>> {
  return { ...toJwkMembers(publicKeyOf(certificate)), x5c: [toBase64(certificate.der)] };
}

/** Decodes the certificates of keys, and holds each against what the key says of it (RFC 7517 §4.7, RFC 8705 §2.2). */
export async function describeKeys(keys: readonly WebKey[]): Promise<DescribedKey[]> {
  const described = await Promise.all(keys.map(describeKey));
  return described.map((key) => ({
    ...key,
    checks: [...key.checks, ...repetitions(key, described)],
  }));
}

async function describeKey(webKey: WebKey): Promise<DescribedKey> {
  const { index, kid, use, alg, key, x5c } = webKey;
  const ders = typeof x5c === 'string' ? [] : x5c;
  const decoded = await Promise.all(ders.map(decodeCertificate));
  const [first, ...others] = decoded.filter((certificate) => certificate !== undefined);
  const isReadable = first !== undefined && !decoded.includes(undefined);
  const facts = { index, kid, use, alg, key };
  if (!isReadable) return { ...facts, chain: undefined, checks: [noCertificate(webKey)] };
  return {
    ...facts,
    chain: [first, ...others],
    checks: [...keyMismatch(webKey, first), ...(await thumbprintMismatch(webKey, first))],
  };
}

function noCertificate(webKey: WebKey): Check {
  const why =
    webKey.x5c === 'absent'
      ? 'has no certificate: "x5c" is missing'
      : 'has an "x5c" that cannot be read as a list of certificates';
  return about(
    webKey,
    'JWK_NO_CERTIFICATE',
    `${nameOfKey(webKey)} ${why}. Only certificates are compared here, so this key cannot be registered.`,
    {
      remedy:
        'The method self_signed_tls_client_auth needs "x5c" in each key (RFC 8705 section 2.2): a list whose first text is its certificate, DER as base64 with padding. Make one for this key, and put in what the command prints.',
      command: 'openssl x509 -in client.pem -outform DER | openssl base64 -A',
    },
  );
}

/** RFC 7517 §4.7: the key in the first certificate MUST be the one that the other members represent. */
function keyMismatch(webKey: WebKey, certificate: DecodedCertificate): Check[] {
  const wrong = Object.entries(toJwkMembers(publicKeyOf(certificate)))
    .filter(([member, value]) => webKey.members[member] !== value)
    .map(([member]) => `"${member}"`);
  if (wrong.length === 0) return [];
  return [
    about(
      webKey,
      'JWK_KEY_MISMATCH',
      `${nameOfKey(webKey)} and its certificate are not of one key: ${wrong.join(', ')} of the certificate is another, or missing in the key (RFC 7517 section 4.7).`,
      { remedy: 'Make the JWK again from the key that the certificate was made for.' },
    ),
  ];
}

/** What is declared counts for nothing; that it is wrong shows that another certificate was meant. */
async function thumbprintMismatch(webKey: WebKey, { der, thumbprint }: DecodedCertificate): Promise<Check[]> {
  const computed = { x5t: toBase64Url(await sha1(Uint8Array.from(der))), 'x5t#S256': thumbprint.x5tS256 };
  return Object.entries(computed)
    .filter(([member, value]) => (webKey.members[member] ?? value) !== value)
    .map(([member, value]) =>
      about(
        webKey,
        'JWK_THUMBPRINT_MISMATCH',
        `${nameOfKey(webKey)} declares an "${member}" that is not that of its certificate, which is ${value}.`,
        { remedy: 'Correct it or leave it away, and make sure that the certificate is the right one.' },
      ),
    );
}

function repetitions(described: DescribedKey, all: readonly DescribedKey[]): Check[] {
  const before = all.slice(0, described.index);
  const leafOf = ({ chain }: DescribedKey): string | undefined => chain?.[0].thumbprint.x5tS256;
  const twin = before.find((other) => leafOf(other) !== undefined && leafOf(other) === leafOf(described));
  const namesake = before.find(({ kid }) => kid !== undefined && kid === described.kid);
  return [
    ...(twin === undefined
      ? []
      : [
          about(
            described,
            'JWK_REPEATED',
            `${nameOfKey(described)} has the same certificate as keys[${twin.index}].`,
            { remedy: 'Leave one of the two away.' },
          ),
        ]),
    ...(namesake === undefined
      ? []
      : [
          about(
            described,
            'JWK_KID_REPEATED',
            `${nameOfKey(described)} has the same "kid" as keys[${namesake.index}], though the keys of a set should have different ones (RFC 7517 section 4.5).`,
            { remedy: 'Give each key a "kid" of its own; many use its thumbprint (RFC 7638).' },
          ),
        ]),
  ];
}

type Named = Pick<WebKey, 'index' | 'kid' | 'use' | 'alg' | 'key'>;

/** How a key is called at the beginning of a sentence, with what it says about itself. */
export function nameOfKey({ index, kid, use, alg, key }: Named): string {
  const facts = [
    ...(kid === undefined ? [] : [`kid "${kid}"`]),
    key.name,
    ...(use === undefined ? [] : [`use "${use}"`]),
    ...(alg === undefined ? [] : [`alg "${alg}"`]),
  ];
  return `The key keys[${index}] (${facts.join(', ')})`;
}

function about(key: Pick<WebKey, 'index'>, ...said: Parameters<typeof finding>): Check {
  return { ...finding(...said), key: key.index };
}
