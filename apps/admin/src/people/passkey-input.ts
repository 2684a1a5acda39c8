import { z } from 'zod';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

const id = base64url.max(2_048);
const name = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,100}$/u, 'must be 1 to 100 characters');

/** Web Authentication Level 3 §5.1: members that are not read here are dropped. */
const credential = {
  id,
  rawId: id,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
};

/** A passkey of one's own, by its credential id; in the body, because such an id may be longer than a path may be. */
export const RemovalInput = z.strictObject({ id });

/** The same, and what to call it from now on. */
export const RenameInput = z.strictObject({ id, name });

/** What `PublicKeyCredential.toJSON()` gives after `create`, and what its owner calls the passkey. */
export const RegistrationInput = z.strictObject({
  name,
  response: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.array(z.string().max(32)).max(8).default([]),
    }),
  }),
});

/** The same after `get`. */
export const AuthenticationInput = z.strictObject({
  response: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.optional(),
    }),
  }),
});
