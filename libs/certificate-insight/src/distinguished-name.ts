import { findKeyword } from './attribute-types.js';
import { childrenOf, oidOf, readDer, TAG, type DerValue } from './der.js';
import { toHex, toLatin1 } from './octets.js';

/** One AttributeTypeAndValue. */
export interface NameAttribute {
  /** Dotted object identifier. */
  readonly oid: string;
  /** `CN`, `O` …; absent if the type has no short name here. */
  readonly shortName: string | undefined;
  /** The characters, unescaped; `#` and the hexadecimal DER if the string type has no agreed meaning. */
  readonly value: string;
}

export interface DistinguishedName {
  /** RFC 4514: most specific part first. Empty for an empty name. This is what is registered and compared. */
  readonly text: string;
  /** The same parts, in the order of `text`; a multi-valued one has several attributes. */
  readonly rdns: readonly (readonly NameAttribute[])[];
  /** Equal for two names if and only if they match (RFC 5280 §7.1). */
  readonly canonical: string;
}

/** Reads a Name (RFC 5280 §4.1.2.4), DER. */
export function readDistinguishedName(der: Uint8Array): DistinguishedName {
  const rdns = childrenOf(readDer(der))
    .map((set) => childrenOf(set).map(readAttribute))
    .reverse();
  return {
    text: rdns.map((rdn) => rdn.map(({ text }) => text).join('+')).join(','),
    rdns: rdns.map((rdn) => rdn.map(({ oid, shortName, value }) => ({ oid, shortName, value }))),
    canonical: rdns
      .map((rdn) =>
        rdn
          .map(({ canonical }) => canonical)
          .sort()
          .join('+'),
      )
      .join(','),
  };
}

function readAttribute(attribute: DerValue): NameAttribute & { text: string; canonical: string } {
  const [type, content] = childrenOf(attribute);
  const oid = oidOf(type);
  const shortName = findKeyword(oid);
  const characters = content && textOf(content);
  const hex = `#${toHex(content?.encoded ?? new Uint8Array())}`;
  return {
    oid,
    shortName,
    value: characters ?? hex,
    // RFC 4514 §2.4: a dotted type is followed by the hexadecimal form.
    text: `${shortName ?? oid}=${shortName === undefined || characters === undefined ? hex : escapeValue(characters)}`,
    canonical: `${oid}=${characters === undefined ? hex : escapeValue(fold(characters))}`,
  };
}

/** ASCII case and runs of spaces do not count (RFC 4518 §2.2, §2.6.1); nothing beyond ASCII is folded. */
function fold(text: string): string {
  return text
    .replaceAll(/ +/g, ' ')
    .replaceAll(/^ | $/g, '')
    .replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** RFC 4514 §2.4; control characters become `\XX`. */
function escapeValue(value: string): string {
  return value
    .replace(/^[ #]|["+,;<>\\]| $/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (control) => `\\${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** TeletexString and unknown types have no agreed characters: they are compared octet by octet. */
function textOf({ tag, contents }: DerValue): string | undefined {
  if (tag === TAG.utf8String) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(contents);
  if (tag === TAG.printableString || tag === TAG.ia5String) return toLatin1(contents);
  if (tag === TAG.bmpString) return decodeFixedWidth(contents, 2);
  return tag === TAG.universalString ? decodeFixedWidth(contents, 4) : undefined;
}

function decodeFixedWidth(octets: Uint8Array, width: 2 | 4): string {
  let text = '';
  for (let at = 0; at + width <= octets.length; at += width) {
    const codePoint = octets.subarray(at, at + width).reduce((sum, octet) => sum * 256 + octet, 0);
    text += codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd';
  }
  return text;
}
