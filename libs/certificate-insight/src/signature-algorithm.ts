import { childrenOf, oidOf, TAG, type DerValue } from './der.js';
import type { Strength } from './public-key.js';

export interface SignatureFacts {
  /** For people: `SHA-256 with RSA`. */
  readonly name: string;
  readonly strength: Strength;
}

/** Reads an AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export function readSignatureAlgorithm(identifier: DerValue | undefined): SignatureFacts {
  const [type, parameters] = childrenOf(identifier);
  const oid = oidOf(type);
  if (oid === '1.2.840.113549.1.1.10') return readPss(parameters);
  const [name, strength] = SIGNATURES[oid] ?? [`type ${oid}`, 'unusual' as const];
  return { name, strength };
}

/** RFC 4055 §3.1: where the hash is left out, it is SHA-1. */
function readPss(parameters: DerValue | undefined): SignatureFacts {
  const hashField = childrenOf(parameters).find(({ tag }) => tag === TAG.explicit0);
  const oid = oidOf(childrenOf(childrenOf(hashField)[0])[0]);
  if (oid === '' || oid === '1.3.14.3.2.26') return { name: 'RSASSA-PSS with SHA-1', strength: 'weak' };
  const hash = PSS_HASHES[oid];
  if (hash === undefined) return { name: `RSASSA-PSS with hash ${oid}`, strength: 'unusual' };
  return { name: `RSASSA-PSS with ${hash}`, strength: 'accepted' };
}

const PSS_HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

const SIGNATURES: Readonly<Record<string, readonly [name: string, Strength]>> = {
  '1.2.840.113549.1.1.11': ['SHA-256 with RSA', 'accepted'],
  '1.2.840.113549.1.1.12': ['SHA-384 with RSA', 'accepted'],
  '1.2.840.113549.1.1.13': ['SHA-512 with RSA', 'accepted'],
  '1.2.840.10045.4.3.2': ['SHA-256 with ECDSA', 'accepted'],
  '1.2.840.10045.4.3.3': ['SHA-384 with ECDSA', 'accepted'],
  '1.2.840.10045.4.3.4': ['SHA-512 with ECDSA', 'accepted'],
  '1.3.101.112': ['Ed25519', 'accepted'],
  '1.2.840.113549.1.1.2': ['MD2 with RSA', 'weak'],
  '1.2.840.113549.1.1.4': ['MD5 with RSA', 'weak'],
  '1.2.840.113549.1.1.5': ['SHA-1 with RSA', 'weak'],
  '1.3.14.3.2.29': ['SHA-1 with RSA', 'weak'],
  '1.2.840.10040.4.3': ['SHA-1 with DSA', 'weak'],
  '1.2.840.10045.4.1': ['SHA-1 with ECDSA', 'weak'],
  '1.2.840.113549.1.1.14': ['SHA-224 with RSA', 'unusual'],
  '1.2.840.10045.4.3.1': ['SHA-224 with ECDSA', 'unusual'],
  '1.3.101.113': ['Ed448', 'unusual'],
};
