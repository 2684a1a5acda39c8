import { z } from 'zod';

/** A name that is a key for good: 2 to 63 of `a-z`, `0-9`, `-`, beginning with a letter. */
export const slug = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,62}$/,
    'must be 2 to 63 lower-case letters, digits or hyphens, beginning with a letter',
  );

/** `client_id`: like a slug, at least 3 long. */
export const clientId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{2,62}$/,
    'must be 3 to 63 lower-case letters, digits or hyphens, beginning with a letter or digit',
  );

/** Text for people: one line, no control characters, at most 120 characters. */
export const displayName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120, 'must not be longer than 120 characters')
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters');

/** An audience: an absolute https or urn URI in ASCII, without credentials and fragment (RFC 8707 §2). */
export const audience = z
  .string()
  .max(512, 'must not be longer than 512 characters')
  .regex(
    /^(https:\/\/|urn:)[\x21\x24-\x3b\x3d\x3f\x41-\x5b\x5d\x5f\x61-\x7a\x7e]+$/,
    'must be an https or urn URI without a fragment, like https://api.acme.example',
  )
  .refine((text) => URL.canParse(text) && new URL(text).username === '', 'must be a URI without credentials');

/** One scope token (RFC 6749 §3.3). */
export const scope = z
  .string()
  .max(128, 'must not be longer than 128 characters')
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be printable characters without space, quote or backslash');

export const scopes = z
  .array(scope)
  .min(1, 'must name at least one scope')
  .max(100, 'must not name more than 100 scopes');

/** Certificates as PEM text; what it may hold is judged by the service. */
export const pem = z
  .string()
  .min(1, 'must not be empty')
  .max(64 * 1024, 'must not be larger than 64 KiB');

/** A CRL as PEM or Base64 of DER; what it may hold is judged by the service. */
export const crl = z
  .string()
  .min(1, 'must not be empty')
  .max(192 * 1024, 'must not be larger than 192 KiB; larger ones are fetched, not uploaded');

/** A JWK Set (RFC 7517 §5); what its keys may hold is judged by the service. */
export const jwks = z.looseObject({
  keys: z
    .array(z.record(z.string(), z.unknown()))
    .min(1, 'must hold at least one key')
    .max(16, 'must not hold more than 16 keys'),
});

/** The address of a JWK Set; which may be fetched is judged by the service. */
export const jwksUri = z
  .string()
  .min(1, 'must not be empty')
  .max(2_048, 'must not be longer than 2048 characters')
  .regex(/^[\x21-\x7e]*$/, 'must be a URL in printable ASCII');

/** A registered name: at most 1 KiB of text. Half a surrogate pair has no UTF-8 form, so no certificate could carry it. */
export const nameText = z
  .string()
  .min(1, 'must not be empty')
  .max(1_024, 'must not be longer than 1024 characters')
  .regex(/^[^\0\p{Cs}]*$/u, 'must be well-formed Unicode without NUL');

/** An instant: RFC 3339, with its zone. */
export const instant = z.iso.datetime({
  offset: true,
  error: 'must be a date and time with its zone, like 2027-03-15T00:00:00Z',
});

export const status = z.enum(['active', 'suspended']);

export const thumbprint = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 thumbprint, base64url, 43 characters');
