import { DerReader, TAG, type DerValue } from '../der/reader.js';
import { oidOf, textOf, toHex } from '../der/values.js';
import { Malformed } from '../fault.js';
import { escapeValue } from './escape.js';

/** One AttributeTypeAndValue. */
export interface NameAttribute {
  /** Dotted object identifier. */
  readonly type: string;
  /** The characters, if the string type has an agreed meaning; else only `der` counts. */
  readonly text: string | undefined;
  /** The value with its header. */
  readonly der: Uint8Array;
}

/** A parsed Name (RFC 5280 §4.1.2.4), frozen. Two match if and only if their `canonical` is equal. */
export interface DistinguishedName {
  /** In DER order, most general first; RFC 4514 text is the reverse. */
  readonly rdns: readonly (readonly NameAttribute[])[];
  /**
   * Equal for two names if and only if they match (RFC 4517 §4.2.15): RFC 4514 text with dotted types, the
   * attributes of an RDN sorted, characters prepared by `prepareText`.
   */
  readonly canonical: string;
}

/** Attributes of one name, over all its RDNs. A certificate with more does not parse. */
export const MAXIMUM_ATTRIBUTES = 64;

/** Reads a Name (RFC 5280 §4.1.2.4). An empty SEQUENCE is a valid, empty name. */
export function readDistinguishedName(name: DerValue): DistinguishedName {
  const rdns: NameAttribute[][] = [];
  let count = 0;
  for (const set of new DerReader(name.contents).rest()) {
    if (set.tag !== TAG.set) throw new Malformed('der.tag');
    const attributes = readRelativeName(set.contents);
    count += attributes.length;
    if (count > MAXIMUM_ATTRIBUTES) throw new Malformed('cert.name_malformed');
    rdns.push(attributes);
  }
  return toDistinguishedName(rdns);
}

/** The attributes of one RelativeDistinguishedName: at least one. */
export function readRelativeName(contents: Uint8Array): NameAttribute[] {
  const attributes = [...new DerReader(contents).rest()].map(readAttribute);
  if (attributes.length === 0) throw new Malformed('cert.name_malformed');
  return attributes;
}

/** A name from its RDNs in DER order; works out the canonical form. */
export function toDistinguishedName(rdns: readonly (readonly NameAttribute[])[]): DistinguishedName {
  const frozen = rdns.map((attributes) =>
    Object.freeze(attributes.map((attribute) => Object.freeze(attribute))),
  );
  const canonical = frozen.map(canonicalRdn).reverse().join(',');
  return Object.freeze({ rdns: Object.freeze(frozen), canonical });
}

/** Whether `name` begins with the RDNs of `base`, the most general ones (RFC 5280 §7.1). */
export function isWithinSubtree(name: DistinguishedName, base: DistinguishedName): boolean {
  // RDN by RDN, because a comma inside a value could pass for the border of an RDN in the joined text.
  return base.rdns.every((rdn, at) => {
    const own = name.rdns[at];
    return own !== undefined && canonicalRdn(own) === canonicalRdn(rdn);
  });
}

/**
 * Whether `name` may begin with the RDNs of `base`, where a mistake must refuse: all of Unicode is folded (RFC 5280
 * §7.1), and a value whose characters are not known may be any.
 */
export function mayBeWithinSubtree(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.rdns.every((rdn, at) => {
    const own = name.rdns[at];
    return own?.length === rdn.length && rdn.every((a) => own.some((b) => mayBeSame(a, b)));
  });
}

function mayBeSame(a: NameAttribute, b: NameAttribute): boolean {
  if (a.type !== b.type) return false;
  return a.text === undefined || b.text === undefined || fold(a.text) === fold(b.text);
}

const fold = (text: string): string => prepareText(text.normalize('NFKC').toLowerCase());

/**
 * RFC 4518 in the part that is safe to decide without Unicode tables: ASCII letters folded, leading and trailing
 * spaces dropped, inner ones collapsed. Does NOT normalise or fold beyond ASCII, so a look-alike never matches.
 */
export function prepareText(text: string): string {
  return text
    .replace(/ +/g, ' ')
    .replace(/^ | $/g, '')
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function readAttribute(value: DerValue): NameAttribute {
  if (value.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(value.contents);
  const type = oidOf(reader.read(TAG.oid));
  const content = reader.readAny();
  reader.finish();
  return { type, text: textOf(content), der: content.encoded };
}

/** RFC 4517 §4.2.15: inside a multi-valued RDN the order does not matter. */
function canonicalRdn(attributes: readonly NameAttribute[]): string {
  return attributes.map(canonicalAttribute).sort().join('+');
}

function canonicalAttribute({ type, text, der }: NameAttribute): string {
  return `${type}=${text === undefined ? `#${toHex(der)}` : escapeValue(prepareText(text))}`;
}
