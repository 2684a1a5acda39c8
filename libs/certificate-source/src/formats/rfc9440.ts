import { decodeCertificate } from './encodings.js';

/**
 * RFC 9440 §2.2: `Client-Cert` is one Byte Sequence (RFC 8941 §3.3.5), without parameters. A list is refused: Node joins
 * repeated lines, and a second certificate would leave open whose it is.
 */
export function readByteSequence(value: string): readonly Uint8Array[] | undefined {
  const certificate = decodeByteSequence(value);
  return certificate === undefined ? undefined : [certificate];
}

/** RFC 9440 §2.3: `Client-Cert-Chain` is a List of Byte Sequences (RFC 8941 §3.1), without the leaf. */
export function readByteSequences(value: string): readonly Uint8Array[] | undefined {
  const certificates: Uint8Array[] = [];
  for (const item of value.split(/[ \t]*,[ \t]*/)) {
    const certificate = decodeByteSequence(item);
    if (certificate === undefined) return undefined;
    certificates.push(certificate);
  }
  return certificates;
}

function decodeByteSequence(item: string): Uint8Array | undefined {
  const [, base64] = /^:([A-Za-z0-9+/=]+):$/.exec(item) ?? [];
  return base64 === undefined ? undefined : decodeCertificate(base64);
}
