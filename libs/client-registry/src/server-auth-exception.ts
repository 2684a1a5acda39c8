import { refuse, type Registration } from './registration-problem.js';

/** How far ahead an exception may end: whoever needs it for longer has to decide on it again. Days. */
const LONGEST_DAYS = 400;
const DAY_MS = 86_400_000;

/**
 * The end of an exception for certificates without clientAuth, from an RFC 3339 instant: in the future, and at most 400
 * days ahead. There is no exception without an end.
 */
export function parseServerAuthUntil(text: string, now: Date): Registration<Date> {
  const until = new Date(text);
  const ahead = until.getTime() - now.getTime();
  if (Number.isNaN(ahead))
    return problem('malformed', 'must be a date and time with its zone, like 2027-03-15T00:00:00Z');
  if (ahead <= 0) return problem('ended', 'must lie in the future; end an exception by taking it away');
  if (ahead > LONGEST_DAYS * DAY_MS)
    return problem('too_long', `must not lie more than ${LONGEST_DAYS} days ahead; it can be extended later`);
  return { accepted: true, value: until };
}

const problem = (code: string, detail: string): Registration<Date> =>
  refuse({ field: 'server_auth_until', code, detail });
