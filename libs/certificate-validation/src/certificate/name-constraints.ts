import { contextTag, DerReader, readOnly, TAG, type DerValue } from '../der/reader.js';
import { Malformed } from '../fault.js';
import { readDistinguishedName, type DistinguishedName } from '../name/distinguished-name.js';
import { printableText, readOtherName, type OtherNameKind } from './general-names.js';

/** What a certification authority may name (RFC 5280 §4.2.1.10). At least one of the two is present. */
export interface NameConstraints {
  readonly permitted: Subtrees | undefined;
  readonly excluded: Subtrees | undefined;
}

/** The bases of GeneralSubtrees, by the kind of name that they are about. */
export interface Subtrees {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
  readonly ip: readonly AddressRange[];
  readonly directory: readonly DistinguishedName[];
  /** Kinds that are constrained, but of which names cannot be compared here. */
  readonly others: readonly OtherNameKind[];
}

export interface AddressRange {
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  /** As many octets, ones before zeros. */
  readonly mask: Uint8Array;
}

/** Reads NameConstraints: no empty list, no distances, no address mask with holes. */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const reader = new DerReader(readOnly(value, TAG.sequence).contents);
  const permitted = reader.readOptional(contextTag(0, 'constructed'));
  const excluded = reader.readOptional(contextTag(1, 'constructed'));
  reader.finish();
  if (permitted === undefined && excluded === undefined) throw new Malformed('nc.malformed');
  return Object.freeze({
    permitted: permitted && readSubtrees(permitted),
    excluded: excluded && readSubtrees(excluded),
  });
}

function readSubtrees(list: DerValue): Subtrees {
  const bases = [...new DerReader(list.contents).rest()].map(readBase);
  if (bases.length === 0) throw new Malformed('nc.malformed');
  const of = (tag: number): DerValue[] => bases.filter((base) => base.tag === tag);
  const subtrees: Subtrees = {
    email: of(contextTag(1, 'primitive')).map(textOf),
    dns: of(contextTag(2, 'primitive')).map(textOf),
    directory: of(contextTag(4, 'constructed')).map(({ contents }) =>
      readDistinguishedName(readOnly(contents, TAG.sequence)),
    ),
    uri: of(contextTag(6, 'primitive')).map(textOf),
    ip: of(contextTag(7, 'primitive')).map(readAddressRange),
    others: bases.map(readOtherName).filter((kind) => kind !== undefined),
  };
  const read = Object.values(subtrees).reduce((sum, names: readonly unknown[]) => sum + names.length, 0);
  if (read !== bases.length) throw new Malformed('nc.malformed');
  return Object.freeze(subtrees);
}

/** RFC 5280 §4.2.1.10: minimum is 0 (and, being the default, not encoded), maximum is absent. */
function readBase(subtree: DerValue): DerValue {
  if (subtree.tag !== TAG.sequence) throw new Malformed('der.tag');
  const reader = new DerReader(subtree.contents);
  const base = reader.readAny();
  if (!reader.isAtEnd) throw new Malformed('nc.malformed');
  return base;
}

const textOf = ({ contents }: DerValue): string => printableText(contents);

function readAddressRange({ contents }: DerValue): AddressRange {
  if (contents.length !== 8 && contents.length !== 32) throw new Malformed('nc.malformed');
  const half = contents.length / 2;
  const mask = contents.subarray(half);
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  if (bits.includes('01')) throw new Malformed('nc.malformed');
  return Object.freeze({ address: contents.subarray(0, half), mask });
}
