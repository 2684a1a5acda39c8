import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain, IntendedUse } from './intended-use.js';
import { registrableNames } from './registrable-names.js';

export interface ComparedValue {
  readonly label: string;
  /** As it is registered and compared; to be shown unchanged and copied whole. */
  readonly value: string;
}

/**
 * What the server will compare on every connection, if this is registered. Of several names of the kind
 * one is registered. Empty if the certificate has no such value.
 */
export function whatWillBeCompared(chain: Chain<DecodedCertificate>, use: IntendedUse): ComparedValue[] {
  const [leaf] = chain;
  if (use.mode === 'pin-certificate' && use.match === 'public-key') {
    return [{ label: 'SHA-256 of its public key', value: leaf.keyThumbprint }];
  }
  if (use.mode === 'pin-certificate') {
    return [
      { label: 'SHA-256 of the certificate (x5t#S256)', value: leaf.thumbprint.x5tS256 },
      { label: 'The same in hexadecimal', value: leaf.thumbprint.sha256Hex },
    ];
  }
  if (use.mode === 'trust-anchor') {
    const anchor = chain.at(-1)!;
    return [
      { label: 'Name of the authority', value: anchor.subject.text },
      { label: 'SHA-256 of its public key', value: anchor.keyThumbprint },
    ];
  }
  return registrableNames(leaf, use.field).map(({ label, value }) => ({ label, value }));
}
