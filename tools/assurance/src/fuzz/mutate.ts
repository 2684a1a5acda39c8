import type { Random } from './random.js';
import { decodeTree, encodeTree, nodesOf, type DerNode } from './der-tree.js';

/** How many changes one mutant has at most. */
const MAXIMUM_CHANGES = 4;
const MAXIMUM_OCTETS = 32_768;
/** Where lengths, signs and tags of DER change their meaning, and what separates texts. */
const TELLING = [
  ...[0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x1f, 0x20, 0x2a, 0x2b, 0x2c],
  ...[0x2e, 0x30, 0x31, 0x3a, 0x3d, 0x40, 0x5c, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xa3, 0xc3, 0xff],
];

/** A change of octets; `other` is another input of the corpus, to take pieces from. */
type Change = (octets: Uint8Array, other: Uint8Array, random: Random) => Uint8Array;

/** A changed copy of `input`: of its octets, or of its DER structure with lengths that fit again. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutant = input;
  for (let left = 1 + random(MAXIMUM_CHANGES); left > 0; left -= 1)
    mutant = CHANGES[random(CHANGES.length)]!(mutant, other, random);
  return mutant.subarray(0, MAXIMUM_OCTETS);
}

const splice = (octets: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.concat([octets.subarray(0, from), piece, octets.subarray(to)]));

const withOctet = (octets: Uint8Array, random: Random, change: (old: number) => number): Uint8Array => {
  const changed = Uint8Array.from(octets);
  if (changed.length > 0) {
    const at = random(changed.length);
    changed[at] = change(changed[at]!);
  }
  return changed;
};

function pieceOf(octets: Uint8Array, random: Random): Uint8Array {
  const from = random(octets.length + 1);
  return octets.subarray(from, from + 1 + random(16));
}

const flipBit: Change = (octets, _other, random) =>
  withOctet(octets, random, (old) => old ^ (1 << random(8)));
const step: Change = (octets, _other, random) =>
  withOctet(octets, random, (old) => old + (random(2) ? 1 : -1));
const setTelling: Change = (octets, _other, random) =>
  withOctet(octets, random, () => TELLING[random(TELLING.length)]!);
const insert: Change = (octets, _other, random) => {
  const at = random(octets.length + 1);
  return splice(octets, at, at, Uint8Array.of(random(2) ? TELLING[random(TELLING.length)]! : random(256)));
};
const remove: Change = (octets, _other, random) => {
  const at = random(octets.length + 1);
  return splice(octets, at, at + 1 + random(8), new Uint8Array());
};
const repeat: Change = (octets, _other, random) => {
  const at = random(octets.length + 1);
  return splice(octets, at, at, pieceOf(octets, random));
};
const graft: Change = (octets, other, random) => {
  const at = random(octets.length + 1);
  return splice(octets, at, at + random(8), pieceOf(other, random));
};
const truncate: Change = (octets, _other, random) => octets.subarray(0, random(octets.length + 1));

/** Changes one value of the structure. What is no DER stays as it is. */
const restructure: Change = (octets, other, random) => {
  const tree = decodeTree(octets);
  if (tree === undefined) return setTelling(octets, other, random);
  const nodes = nodesOf(tree);
  const node = nodes[random(nodes.length)]!;
  NODE_CHANGES[random(NODE_CHANGES.length)]!(node, nodesOf(decodeTree(other) ?? tree), random);
  return encodeTree(tree);
};

/** Heavier where the parsers look closer. */
const CHANGES: readonly Change[] = [
  ...[flipBit, step, setTelling, insert, remove, repeat, graft, truncate],
  ...[restructure, restructure, restructure, restructure],
];

type NodeChange = (node: DerNode, donors: readonly DerNode[], random: Random) => void;

const NODE_CHANGES: readonly NodeChange[] = [
  (node, _donors, random) => void (node.tag = TELLING[random(TELLING.length)]!),
  (node, _donors, random) => void (node.tag ^= 1 << random(8)),
  (node, donors, random) => void Object.assign(node, structuredClone(donors[random(donors.length)]!)),
  (node, donors, random) => void node.children?.push(structuredClone(donors[random(donors.length)]!)),
  (node, _donors, random) => void node.children?.splice(random(node.children.length), 1),
  (node, _donors, random) => {
    const { children } = node;
    if (children !== undefined && children.length > 0)
      children.push(structuredClone(children[random(children.length)]!));
  },
  (node) => void node.children?.reverse(),
  (node, _donors, random) => {
    node.contents = flipBit(node.contents, node.contents, random);
    node.children = undefined;
  },
  (node, _donors, random) => {
    node.contents = insert(node.contents, node.contents, random);
    node.children = undefined;
  },
  (node) => {
    node.contents = new Uint8Array();
    node.children = undefined;
  },
];
