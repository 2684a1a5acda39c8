import { z } from 'zod';
import { SIGNATURE_ALGORITHMS } from './algorithms.js';

/** Of one reading only: what parsers mend silently, or read as another host, is refused (ASVS 1.3.6). */
const PLAIN_URL = /^[a-z]+:\/\/[^/?#@\\\s]+(?:[/?][^#@\\\s]*)?$/i;
const isHttps = (url: string): boolean => /^https:/i.test(url);

/** What belongs to the policy comes over TLS with a verified server, or not at all (RFC 8725 §3.10; TV-33). */
const HttpsUrl = z
  .string()
  .refine(isHttps, 'must be an https: URL')
  .refine(
    (url) => !isHttps(url) || (PLAIN_URL.test(url) && URL.canParse(url)),
    'must be written as https://host/path, with neither user nor fragment, spaces or backslashes',
  );
const Seconds = z.number().int().positive();

/** Where the keys of an issuer come from: its JWKS address, a JWK Set in place, or a file with one. */
const KeysPolicy = z.union(
  [
    z.strictObject({ jwksUri: HttpsUrl }),
    z.strictObject({ jwks: z.looseObject({ keys: z.array(z.looseObject({})) }) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'must be exactly one of { jwksUri: "https://…" }, { jwks: { keys: […] } } and { file: "…" }' },
);

/** How tokens that only their issuer understands are asked about (RFC 7662). */
const IntrospectionPolicy = z.strictObject({
  /** Over mutual TLS: the certificate of this API is the business of the injected fetch. */
  endpoint: HttpsUrl,
  /** This API's `client_id` at the issuer (RFC 8705 §2). */
  clientId: z.string().min(1),
  /** How long an active answer may be repeated, never longer than the token lives. Zero: never. */
  cacheSeconds: z.number().int().min(0).max(60).default(10),
});

const IssuerPolicy = z
  .strictObject({
    /** Exactly as in its metadata and its tokens; compared character by character (RFC 9068 §4). */
    issuer: z.string().min(1),
    /** The identifier of this API (RFC 8707); a token for another one is refused. */
    audience: z.string().min(1),
    keys: KeysPolicy.optional(),
    introspection: IntrospectionPolicy.optional(),
    /** RS256 and its kind only when they are named here. */
    algorithms: z.array(z.enum(SIGNATURE_ALGORITHMS)).min(1).default(['ES256', 'PS256']),
    /** The `typ` of its access tokens; a token without one is refused (RFC 8725 §3.11). */
    typ: z.string().min(1).default('at+jwt'),
    /** The claim that names the client: `client_id` in RFC 9068, `azp` at some. */
    clientIdClaim: z.string().min(1).default('client_id'),
    /** Claims that must be there as non-empty text, beside those of RFC 9068 §2.2. */
    requiredClaims: z.array(z.string().min(1)).default([]),
  })
  .refine(({ keys, introspection }) => (keys === undefined) !== (introspection === undefined), {
    error: 'must have either keys (JWT) or introspection (opaque tokens)',
  });

/** Whose access tokens an API accepts, and on which conditions. Unknown members are refused. */
export const TokenPolicy = z
  .strictObject({
    issuers: z.array(IssuerPolicy).min(1),
    /**
     * `required`: only tokens bound to the certificate of the connection. `optional` is for migration: tokens without
     * `cnf` pass too and are counted; a `cnf` that is there must hold nevertheless.
     */
    binding: z.enum(['required', 'optional']).default('required'),
    /** Tolerated difference of clocks for `exp` and `nbf`. */
    clockToleranceSeconds: z.number().int().min(0).max(60).default(10),
    /** How many verdicts are remembered for sure, those used last; up to twice as many may be. Zero: none. */
    cache: z.strictObject({ entries: z.number().int().min(0).max(1_000_000) }).default({ entries: 10_000 }),
    keySets: z
      .strictObject({
        /** A set that is older is fetched before it is used again. */
        maxAgeSeconds: Seconds.default(300),
        /** Between two fetches, whatever is asked for. */
        cooldownSeconds: Seconds.default(10),
        /** How long the last good set serves when it cannot be fetched. */
        lastGoodSeconds: Seconds.max(3_600).default(3_600),
      })
      .default({ maxAgeSeconds: 300, cooldownSeconds: 10, lastGoodSeconds: 3_600 }),
    /**
     * How old the last confirmation of the deny feed may be: `strict` = current (Holdfast's own feed speaks every ten
     * seconds), `bounded` = stale, up to a bound.
     */
    denyFeed: z
      .discriminatedUnion('mode', [
        z.strictObject({ mode: z.literal('strict'), currentSeconds: Seconds.max(60).default(25) }),
        z.strictObject({ mode: z.literal('bounded'), boundSeconds: Seconds.max(3_600).default(300) }),
      ])
      .optional(),
  })
  .superRefine(({ issuers }, context) => {
    const names = issuers.map(({ issuer }) => issuer);
    if (new Set(names).size < names.length) context.addIssue('issuers: each issuer may be named once');
    // An opaque token does not say whose it is, and must not be shown to an issuer that it is not of.
    if (issuers.filter(({ introspection }) => introspection !== undefined).length > 1)
      context.addIssue('issuers: at most one may have introspection');
  });

/** As people write it: members with a default may be left out. */
export type TokenPolicyInput = z.input<typeof TokenPolicy>;
export type TokenPolicy = z.output<typeof TokenPolicy>;
export type IssuerPolicy = z.output<typeof IssuerPolicy>;
export type IntrospectionPolicy = z.output<typeof IntrospectionPolicy>;
export type KeysPolicy = z.output<typeof KeysPolicy>;

/** The policy cannot be used; `problems` says where and why, one line each. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';

  constructor(readonly problems: readonly string[]) {
    super(`the token policy cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** `input` with every default filled in; throws `PolicyInvalid` with all that is wrong. */
export function parsePolicy(input: unknown): TokenPolicy {
  const policy = TokenPolicy.safeParse(input);
  if (policy.success) return policy.data;
  throw new PolicyInvalid(
    policy.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`),
  );
}
