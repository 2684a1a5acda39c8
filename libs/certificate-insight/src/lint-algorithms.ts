import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, passed, type Check } from './lints.js';
import { nameOf } from './naming.js';

/**
 * Keys of the whole chain, and the signatures that count: nobody relies on the one that a root makes under itself.
 */
export function lintAlgorithms(
  chain: Chain<DecodedCertificate>,
  signed: readonly DecodedCertificate[],
): Check[] {
  const keys = chain.flatMap(lintKey);
  const signatures = signed.flatMap(lintSignature);
  const [{ key, signature }] = chain;
  return [
    ...(keys.length > 0 ? keys : [passed('WEAK_KEY', `The key is strong enough: ${key.name}.`)]),
    ...(signatures.length > 0
      ? signatures
      : [passed('WEAK_SIGNATURE', `The signature is sound: ${signature.name}.`)]),
  ];
}

function lintKey(certificate: DecodedCertificate): Check[] {
  const { key } = certificate;
  if (key.strength === 'accepted') return [];
  if (key.strength === 'weak') {
    return [
      finding(
        'WEAK_KEY',
        `The key of ${nameOf(certificate)} is too short: ${key.name}. It could be broken, so it will be refused.`,
        {
          remedy:
            'Make a new key, EC P-256 or RSA with at least 2048 bits, and get a new certificate for it.',
          command: NEW_KEY,
        },
      ),
    ];
  }
  return [
    finding(
      'UNUSUAL_ALGORITHM',
      `The key of ${nameOf(certificate)} is of a kind that is not accepted here: ${key.name}.`,
      {
        remedy: 'Use EC P-256, P-384 or P-521, Ed25519, or RSA with 2048 to 8192 bits.',
        command: NEW_KEY,
      },
    ),
  ];
}

const NEW_KEY = 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key';

function lintSignature(certificate: DecodedCertificate): Check[] {
  const { signature } = certificate;
  if (signature.strength === 'accepted') return [];
  if (signature.strength === 'weak') {
    return [
      finding(
        'WEAK_SIGNATURE',
        `${nameOf(certificate)} is signed with ${signature.name}, which can be forged today, so it will be refused.`,
        { remedy: 'Ask its issuer for a new certificate that is signed with SHA-256 or better.' },
      ),
    ];
  }
  return [
    finding(
      'UNUSUAL_ALGORITHM',
      `${nameOf(certificate)} is signed in a way that is not accepted here: ${signature.name}.`,
      {
        remedy: 'Ask its issuer for a certificate that is signed with SHA-256, SHA-384 or SHA-512.',
      },
    ),
  ];
}
