import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** A write needs to say which state it was decided on (RFC 6585 §3). */
export class PreconditionRequired extends Error {
  override readonly name = 'PreconditionRequired';
}

/** The strong entity tag of something as it is shown (RFC 9110 §8.8.3). */
export function entityTagOf(view: unknown): string {
  return `"${hash('sha256', JSON.stringify(view), 'base64url').slice(0, 27)}"`;
}

/**
 * What `If-Match` demands of the current state (RFC 9110 §13.1.1); always fulfilled when it is absent or `*`.
 * `show` gives the state as it was shown to the caller.
 */
export function ifMatch<T>(
  header: string | undefined,
  show: (current: T) => unknown,
): (current: T) => boolean {
  if (header === undefined || header.trim() === '*') return () => true;
  const tags = header.split(',').map((tag) => tag.trim());
  return (current) => tags.includes(entityTagOf(show(current)));
}

/** `header`, or `PreconditionRequired`. */
export function requireIfMatch(header: string | undefined): string {
  if (header === undefined || header.trim() === '') {
    throw new PreconditionRequired('send If-Match with the ETag of what you have read');
  }
  return header;
}

/** `view` as the answer, with its entity tag. */
export function tagged<T>(reply: FastifyReply, view: T): T {
  void reply.header('etag', entityTagOf(view));
  return view;
}
