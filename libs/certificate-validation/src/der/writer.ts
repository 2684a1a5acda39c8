import { TAG } from './reader.js';

/** One value in DER, its contents joined from parts. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = Buffer.concat(parts);
  return Uint8Array.from(Buffer.concat([Uint8Array.of(tag), lengthOf(contents.length), contents]));
}

export const encodeSequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  encodeDer(TAG.sequence, ...parts);

/** X.690 §10.1: the fewest octets. */
function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}
