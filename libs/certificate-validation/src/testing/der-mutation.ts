import { decodeChildren, encodeDer } from '@holdfast/test-pki';
import fc from 'fast-check';

/** A change, at a place that is given as a fraction of the length. */
export interface Mutation {
  readonly kind: string;
  readonly at: number;
  readonly octet: number;
  readonly apply: Change;
}

type Change = (der: Uint8Array, at: number, octet: number) => Uint8Array;

const splice = (der: Uint8Array, at: number, removed: number, ...added: number[]): Uint8Array =>
  Uint8Array.from([...der.subarray(0, at), ...added, ...der.subarray(at + removed)]);

const set = (der: Uint8Array, at: number, octet: number): Uint8Array => splice(der, at, 1, octet);

const OCTET_CHANGES = {
  flip: (der, at, octet) => set(der, at, der[at]! ^ (1 << (octet & 7))),
  set,
  delete: (der, at) => splice(der, at, 1),
  insert: (der, at, octet) => splice(der, at, 0, octet),
  repeat: (der, at, octet) => splice(der, at, 0, ...der.subarray(at, at + 1 + (octet & 15))),
  truncate: (der, at) => der.slice(0, at),
} as const satisfies Record<string, Change>;

/** Changes of one value inside; the lengths around it fit again, so that whoever reads it meets the change. */
const VALUE_CHANGES = {
  /** X.690 §10.1: the same value with a length that is longer than it has to be. */
  lengthen: (der, at, octet) =>
    inValue(der, at, octet, (value) =>
      value[1]! < 0x80 ? splice(value, 1, 0, 0x81) : splice(value, 1, 1, value[1]! + 1, 0x00),
    ),
  drop: (der, at, octet) => inValue(der, at, octet, () => new Uint8Array()),
  twice: (der, at, octet) => inValue(der, at, octet, (value) => Uint8Array.from([...value, ...value])),
  empty: (der, at, octet) => inValue(der, at, octet, (value) => encodeDer(value[0]!)),
  retag: (der, at, octet) => inValue(der, at, octet, (value) => set(value, 0, octet)),
} as const satisfies Record<string, Change>;

const changeOf = <K extends string>(kinds: Readonly<Record<K, Change>>) =>
  fc
    .record({
      kind: fc.constantFrom(...(Object.keys(kinds) as K[])),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      octet: fc.nat(255),
    })
    .map((change) => ({ ...change, apply: kinds[change.kind] }));

/** One change of the structure, while it is one; then changes of any octets. */
export const mutation: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  fc.array(changeOf(OCTET_CHANGES), { minLength: 1, maxLength: 3 }),
  fc
    .tuple(changeOf(VALUE_CHANGES), fc.array(changeOf(OCTET_CHANGES), { maxLength: 1 }))
    .map(([first, rest]) => [first, ...rest]),
);

/** The octets after the changes, one after the other. Octets that are no SEQUENCE have no structure to change. */
export function mutated(octets: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  return changes.reduce(
    (changed, { apply, at, octet }) =>
      changed.length === 0 ? changed : apply(changed, Math.floor(at * changed.length), octet),
    octets,
  );
}

const SEQUENCE = 0x30;
const CONSTRUCTED = 0x20;

/** Changes one value on the way down to the octet at `at`; `octet` says how deep. */
function inValue(
  der: Uint8Array,
  at: number,
  octet: number,
  change: (value: Uint8Array) => Uint8Array,
): Uint8Array {
  return der[0] === SEQUENCE ? descend(der, at, octet & 7, change) : der;
}

function descend(
  der: Uint8Array,
  at: number,
  levels: number,
  change: (value: Uint8Array) => Uint8Array,
): Uint8Array {
  if (levels === 0 || (der[0]! & CONSTRUCTED) === 0) return change(der);
  const children = decodeChildren(der);
  let end = der.length - children.reduce((sum, { length }) => sum + length, 0);
  const changed = children.map((child) => {
    const start = end;
    end += child.length;
    return at >= start && at < end ? descend(child, at - start, levels - 1, change) : child;
  });
  return encodeDer(der[0]!, ...changed);
}
