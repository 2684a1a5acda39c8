import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';

/** SignedData without signers, in which certificates are exported (RFC 5652 §5.1). */
export function bundleOf(...certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, Uint8Array.of(1)),
    encodeDer(TAG.set),
    encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1')),
    encodeDer(0xa0, ...certificates),
    encodeDer(TAG.set),
  );
  return encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.2'), encodeDer(0xa0, signedData));
}
