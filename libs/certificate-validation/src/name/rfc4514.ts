import { DerReader, TAG } from '../der/reader.js';
import { decodeUtf8, textOf, toHex } from '../der/values.js';
import { Malformed } from '../fault.js';
import { findAttributeType, findKeyword } from './attribute-types.js';
import {
  MAXIMUM_ATTRIBUTES,
  toDistinguishedName,
  type DistinguishedName,
  type NameAttribute,
} from './distinguished-name.js';
import { escapeValue } from './escape.js';

/** A name, or a sentence for whoever wrote the text: what is wrong, where, how to mend it. */
export type NameTextVerdict =
  | { readonly parsed: true; readonly name: DistinguishedName }
  | { readonly parsed: false; readonly problem: string };

const MAXIMUM_CHARACTERS = 2048;
const CONTROL_CHARACTER = /[\x00-\x1f\x7f]/;

/** RFC 4514 text of a name, for display: most specific RDN first, keywords where one is known. */
export function formatDistinguishedName(name: DistinguishedName): string {
  return name.rdns
    .map((attributes) => attributes.map(formatAttribute).join('+'))
    .reverse()
    .join(',');
}

/**
 * Parses RFC 4514 text into a name. Unescaped spaces around `,` `+` `=` are tolerated, as tools print them; the
 * order is never guessed. `problem` names what is wrong, the position (first character = 1), and how to mend it.
 */
export function parseDistinguishedName(text: string): NameTextVerdict {
  try {
    return { parsed: true, name: new NameTextParser(text).parse() };
  } catch (error) {
    if (error instanceof NameTextProblem) return { parsed: false, problem: error.message };
    throw error;
  }
}

class NameTextProblem extends Error {}

class NameTextParser {
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): DistinguishedName {
    if (this.text.length > MAXIMUM_CHARACTERS) {
      throw new NameTextProblem(`The name is longer than ${MAXIMUM_CHARACTERS} characters.`);
    }
    if (this.text.trim() === '')
      throw new NameTextProblem('The name is empty; write it as CN=partner-1,O=Acme,C=DE.');
    if (this.text.startsWith('/')) {
      this.refuse('Names with slashes are not RFC 4514; write the last part first: CN=partner-1,O=Acme,C=DE');
    }
    const rdns: NameAttribute[][] = [];
    do rdns.push(this.rdn());
    while (this.skip(','));
    if (rdns.flat().length > MAXIMUM_ATTRIBUTES) {
      throw new NameTextProblem(
        `The name has more than ${MAXIMUM_ATTRIBUTES} attributes; a certificate with such a name is not accepted.`,
      );
    }
    return toDistinguishedName(rdns.reverse());
  }

  private rdn(): NameAttribute[] {
    const attributes: NameAttribute[] = [];
    do attributes.push(this.attribute());
    while (this.skip('+'));
    return attributes;
  }

  private attribute(): NameAttribute {
    this.skipSpaces();
    const type = this.type();
    this.skipSpaces();
    if (!this.skip('=')) this.refuse('An equals sign is missing after the attribute type');
    this.skipSpaces();
    return this.text[this.at] === '#' ? this.hexValue(type) : this.stringValue(type);
  }

  private type(): string {
    const match = this.match(/[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+/y);
    if (match === undefined) this.refuse('An attribute type such as CN or 2.5.4.3 is missing');
    if (/^\d/.test(match)) {
      if (!isObjectIdentifier(match)) this.refuse(`"${match}" is not an object identifier`, match.length);
      return match;
    }
    const type = findAttributeType(match);
    if (type === undefined) {
      this.refuse(`The attribute type "${match}" is unknown; use its dotted object identifier`, match.length);
    }
    return type;
  }

  /** RFC 4514 §2.4: the BER encoding of the value, here one DER value. */
  private hexValue(type: string): NameAttribute {
    const start = this.at;
    const hex = this.match(/#(?:[0-9A-Fa-f]{2})+/y);
    this.skipSpaces();
    if (hex === undefined || !this.isAtSeparator()) {
      this.refuse('After "#" an even number of hexadecimal digits must stand; escape a leading "#" as "\\#"');
    }
    const der = Uint8Array.from(Buffer.from(hex.slice(1), 'hex'));
    try {
      const reader = new DerReader(der);
      const value = reader.readAny();
      reader.finish();
      const text = textOf(value);
      // What the other form refuses could be stored here, and never be read again.
      if (CONTROL_CHARACTER.test(text ?? '')) throw new Malformed('der.string');
      return { type, text, der };
    } catch {
      this.at = start;
      this.refuse('The hexadecimal value is not one well-formed DER value without control characters');
    }
  }

  private stringValue(type: string): NameAttribute {
    const start = this.at;
    const octets: number[] = [];
    let significant = 0;
    while (!this.isAtSeparator()) {
      const isEscape = this.text[this.at] === '\\';
      const isSpace = this.text[this.at] === ' ';
      octets.push(...(isEscape ? this.escaped() : this.plain()));
      if (!isSpace) significant = octets.length;
    }
    if (significant === 0) this.refuse('The value is empty');
    const value = this.decode(Uint8Array.from(octets.slice(0, significant)), start);
    return { type, text: value, der: encodeUtf8String(value) };
  }

  private plain(): Buffer {
    const character = String.fromCodePoint(this.text.codePointAt(this.at)!);
    if (/["<>;]/.test(character))
      this.refuse(`The character ${character} must be escaped as "\\${character}"`);
    this.at += character.length;
    return Buffer.from(character, 'utf8');
  }

  private escaped(): number[] {
    const hex = this.match(/\\[0-9A-Fa-f]{2}/y);
    if (hex !== undefined) return [parseInt(hex.slice(1), 16)];
    const special = this.match(/\\[ "#+,;<=>\\]/y);
    if (special !== undefined) return [special.charCodeAt(1)];
    return this.refuse('After a backslash a special character or two hexadecimal digits must stand');
  }

  private decode(octets: Uint8Array, start: number): string {
    let value: string | undefined;
    try {
      value = decodeUtf8(octets);
    } catch {
      value = undefined;
    }
    if (value !== undefined && value.isWellFormed() && !CONTROL_CHARACTER.test(value)) return value;
    this.at = start;
    return this.refuse('The value must be UTF-8 text without control characters');
  }

  private isAtSeparator(): boolean {
    const next = this.text[this.at];
    return next === undefined || next === ',' || next === '+';
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skipSpaces(): void {
    while (this.text[this.at] === ' ') this.at += 1;
  }

  private match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private refuse(what: string, back = 0): never {
    throw new NameTextProblem(`${what} (at character ${this.at - back + 1}).`);
  }
}

function formatAttribute({ type, text, der }: NameAttribute): string {
  const keyword = findKeyword(type);
  // RFC 4514 §2.4: a dotted type is followed by the hexadecimal form; an empty value would read as a forgotten one.
  if (keyword === undefined || text === undefined || text === '') return `${keyword ?? type}=#${toHex(der)}`;
  return `${keyword}=${escapeValue(text)}`;
}

function encodeUtf8String(text: string): Uint8Array {
  const contents = Buffer.from(text, 'utf8');
  const length = contents.length;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from(Buffer.concat([Buffer.from([TAG.utf8String, ...header]), contents]));
}

function isObjectIdentifier(dotted: string): boolean {
  const [root = 3, second = 0] = dotted.split('.').map(Number);
  return !/(?:^|\.)0\d/.test(dotted) && root <= 2 && (root === 2 || second < 40);
}
