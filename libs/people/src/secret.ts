import { createHash, randomBytes } from 'node:crypto';

/** A bearer secret: `text` leaves the program once, `digest` is what is stored. */
export interface Secret {
  /** 32 random octets, base64url. */
  readonly text: string;
  /** SHA-256 of `text`, base64url. A fast hash is enough for 256 random bits. */
  readonly digest: string;
}

/** A secret that nobody has seen before. */
export function newSecret(random: (octets: number) => Buffer = randomBytes): Secret {
  const text = random(32).toString('base64url');
  return { text, digest: digestOf(text) };
}

/** The digest of a secret that somebody presents; undefined if it cannot be one of ours. */
export function parseSecret(text: unknown): string | undefined {
  return typeof text === 'string' && /^[A-Za-z0-9_-]{43}$/.test(text) ? digestOf(text) : undefined;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
