import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { oidOf } from '../der/values.js';
import { Malformed } from '../fault.js';
import { readDistinguishedName, type DistinguishedName } from '../name/distinguished-name.js';

export interface SubjectAltNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
  /** 4 or 16 octets each, as encoded. */
  readonly ip: readonly Uint8Array[];
  readonly directory: readonly DistinguishedName[];
  /** Kinds of which nothing but the presence is read. */
  readonly others: readonly OtherNameKind[];
}

/** The kinds of GeneralName that no registered name uses (RFC 5280 §4.2.1.6). */
export type OtherNameKind = 'otherName' | 'x400Address' | 'ediPartyName' | 'registeredID';

export const NO_ALT_NAMES: SubjectAltNames = Object.freeze({
  dns: [],
  email: [],
  uri: [],
  ip: [],
  directory: [],
  others: [],
});

const MAXIMUM_NAMES = 256;

/**
 * Reads GeneralNames (RFC 5280 §4.2.1.6). Every entry is checked, whichever kind is registered: one malformed
 * entry makes the certificate malformed, so that no kind can smuggle another.
 */
export function readSubjectAltNames(value: Uint8Array): SubjectAltNames {
  const entries = [...new DerReader(readOnly(value, TAG.sequence).contents).rest()];
  if (entries.length === 0) throw new Malformed('cert.extension_malformed');
  if (entries.length > MAXIMUM_NAMES) throw new Malformed('cert.too_many_names');
  const of = (tag: number): DerValue[] => entries.filter((entry) => entry.tag === tag);
  const others = entries.map(readOtherName).filter((kind) => kind !== undefined);
  const names: SubjectAltNames = {
    email: of(contextTag(1, 'primitive')).map(textOfName),
    dns: of(contextTag(2, 'primitive')).map(textOfName),
    directory: of(contextTag(4, 'constructed')).map((entry) =>
      readDistinguishedName(readOnly(entry.contents, TAG.sequence)),
    ),
    uri: of(contextTag(6, 'primitive')).map(textOfName),
    ip: of(contextTag(7, 'primitive')).map(addressOf),
    others,
  };
  const known =
    names.email.length + names.dns.length + names.directory.length + names.uri.length + names.ip.length;
  if (known + others.length !== entries.length) throw new Malformed('cert.alternative_name');
  return Object.freeze(names);
}

/** Printable ASCII only: an IA5String with NUL or a newline is how names are smuggled past string comparison. */
function textOfName({ contents }: DerValue): string {
  if (contents.length === 0) throw new Malformed('cert.alternative_name');
  return printableText(contents);
}

/** The printable ASCII of an IA5String; empty is possible. */
export function printableText(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Malformed('cert.alternative_name');
  return text;
}

function addressOf({ contents }: DerValue): Uint8Array {
  if (contents.length !== 4 && contents.length !== 16) throw new Malformed('cert.alternative_name');
  return contents;
}

/** Which of the other kinds a GeneralName is, its outermost structure checked. */
export function readOtherName(entry: DerValue): OtherNameKind | undefined {
  switch (entry.tag) {
    case contextTag(0, 'constructed'):
      checkOtherName(entry.contents);
      return 'otherName';
    case contextTag(3, 'constructed'):
      return 'x400Address';
    case contextTag(5, 'constructed'):
      return 'ediPartyName';
    case contextTag(8, 'primitive'):
      oidOf(entry);
      return 'registeredID';
    default:
      return undefined;
  }
}

function checkOtherName(contents: Uint8Array): void {
  const reader = new DerReader(contents);
  oidOf(reader.read(TAG.oid));
  const explicit = new DerReader(reader.read(contextTag(0, 'constructed')).contents);
  explicit.readAny();
  explicit.finish();
  reader.finish();
}
