/** Signature algorithms that a policy may name (RFC 7518 §3.1, RFC 8037, RFC 9864). No symmetric one: who verifies could issue. */
export const SIGNATURE_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
] as const;

export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

const RSA = { kty: 'RSA' } as const;
const ED25519 = { kty: 'OKP', crv: 'Ed25519' } as const;

/** Which keys an algorithm takes (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1). */
export const KEY_OF = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  EdDSA: ED25519,
  Ed25519: ED25519,
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
} as const satisfies Record<SignatureAlgorithm, { readonly kty: string; readonly crv?: string }>;
