/** A value of a DER structure, to be changed: its contents, or what they consist of. */
export interface DerNode {
  tag: number;
  contents: Uint8Array;
  /** Contents that consist of values themselves; `contents` is ignored then. */
  children: DerNode[] | undefined;
  /** What stands before the children: the count of unused bits of a BIT STRING. */
  readonly prefix: Uint8Array;
}

const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;
const MAXIMUM_DEPTH = 24;

/** The structure of `octets`, also inside strings that hold DER; `undefined` if they are no single value. */
export function decodeTree(octets: Uint8Array): DerNode | undefined {
  const values = decodeValues(octets, MAXIMUM_DEPTH);
  return values?.length === 1 ? values[0] : undefined;
}

/** The octets of a structure, with lengths that fit. */
export function encodeTree(node: DerNode): Uint8Array {
  const parts = node.children?.map(encodeTree);
  const contents = parts === undefined ? node.contents : Buffer.concat([node.prefix, ...parts]);
  return Uint8Array.from(
    Buffer.concat([Uint8Array.of(node.tag, ...encodeLength(contents.length)), contents]),
  );
}

/** The value and all within it. */
export function nodesOf(node: DerNode): DerNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}

function decodeValues(octets: Uint8Array, depth: number): DerNode[] | undefined {
  const values: DerNode[] = [];
  for (let at = 0; at < octets.length;) {
    const found = contentsAt(octets, at);
    if (found === undefined) return undefined;
    values.push(toNode(octets[at]!, found.contents, depth));
    at = found.end;
  }
  return values;
}

function toNode(tag: number, contents: Uint8Array, depth: number): DerNode {
  const prefix = contents.subarray(0, tag === BIT_STRING ? 1 : 0);
  const mayHold = (tag & CONSTRUCTED) !== 0 || tag === OCTET_STRING || tag === BIT_STRING;
  const inner = contents.subarray(prefix.length);
  const children = mayHold && depth > 0 && inner.length > 0 ? decodeValues(inner, depth - 1) : undefined;
  return { tag, contents, children, prefix };
}

function contentsAt(octets: Uint8Array, at: number): { contents: Uint8Array; end: number } | undefined {
  const first = octets[at + 1];
  if (first === undefined || first === 0x80 || first > 0x84) return undefined;
  const size = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + size;
  const length =
    size === 0 ? first : octets.subarray(at + 2, start).reduce((sum, octet) => sum * 256 + octet, 0);
  const end = start + length;
  return end > octets.length ? undefined : { contents: octets.subarray(start, end), end };
}

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}
