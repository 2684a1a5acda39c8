/** How the exception of an anchor for server certificates stands. */
export type ExceptionState = 'none' | 'in force' | 'ends soon' | 'ended';

/** Time enough to get another certificate. */
const SOON_MS = 30 * 86_400_000;

/** `until`: its end, RFC 3339; null: there is none. What is no date counts as ended, as it does for the server. */
export function exceptionState(until: string | null, now: Date): ExceptionState {
  if (until === null) return 'none';
  const left = Date.parse(until) - now.getTime();
  if (!(left >= 0)) return 'ended';
  return left <= SOON_MS ? 'ends soon' : 'in force';
}

/** The first moment (UTC) of the day in a date field; undefined while there is none. */
export function toInstant(day: string): string | undefined {
  return day === '' ? undefined : `${day}T00:00:00Z`;
}
