import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, passed, type Check } from './lints.js';
import { nameOf } from './naming.js';
import type { PublicKeyFacts } from './public-key.js';
import type { SignatureFacts } from './signature-algorithm.js';

/**
 * Keys of the whole chain, and the signatures that count: nobody relies on the one that a root makes under itself.
 */
export function lintAlgorithms(
  chain: Chain<DecodedCertificate>,
  signed: readonly DecodedCertificate[],
): Check[] {
  const keys = chain.flatMap((certificate) => lintKey(nameOf(certificate), certificate.key));
  const signatures = signed.flatMap((certificate) =>
    lintSignature(nameOf(certificate), certificate.signature),
  );
  const [{ key, signature }] = chain;
  return [
    ...(keys.length > 0 ? keys : [passed('WEAK_KEY', `The key is strong enough: ${key.name}.`)]),
    ...(signatures.length > 0
      ? signatures
      : [passed('WEAK_SIGNATURE', `The signature is sound: ${signature.name}.`)]),
  ];
}

/** Whether the key of what is called `name` is one that the server takes. */
export function lintKey(name: string, key: PublicKeyFacts): Check[] {
  if (key.strength === 'accepted') return [];
  if (key.strength === 'weak') {
    return [
      finding(
        'WEAK_KEY',
        `The key of ${name} is too short: ${key.name}. It could be broken, so it will be refused.`,
        {
          remedy:
            'Make a new key, EC P-256 or RSA with at least 2048 bits, and get a new certificate for it.',
          command: NEW_KEY,
        },
      ),
    ];
  }
  return [
    finding('UNUSUAL_ALGORITHM', `The key of ${name} is of a kind that is not accepted here: ${key.name}.`, {
      remedy: 'Use EC P-256, P-384 or P-521, Ed25519, or RSA with 2048 to 8192 bits.',
      command: NEW_KEY,
    }),
  ];
}

const NEW_KEY = 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key';

function lintSignature(name: string, signature: SignatureFacts): Check[] {
  if (signature.strength === 'accepted') return [];
  if (signature.strength === 'weak') {
    return [
      finding(
        'WEAK_SIGNATURE',
        `${name} is signed with ${signature.name}, which can be forged today, so it will be refused.`,
        { remedy: 'Ask its issuer for a new certificate that is signed with SHA-256 or better.' },
      ),
    ];
  }
  return [
    finding('UNUSUAL_ALGORITHM', `${name} is signed in a way that is not accepted here: ${signature.name}.`, {
      remedy: 'Ask its issuer for a certificate that is signed with SHA-256, SHA-384 or SHA-512.',
    }),
  ];
}
