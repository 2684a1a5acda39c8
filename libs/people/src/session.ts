import type { Session } from './entities.js';

const HOUR_MS = 3_600_000;

/** How long sessions live (ASVS 7.3.1, 7.3.2), and how exactly their use is recorded. */
export const SESSION_LIMITS = {
  idleMs: 12 * HOUR_MS,
  absoluteMs: 7 * 24 * HOUR_MS,
  touchMs: 60_000,
} as const;

/** Whether a session, found by its digest and not closed, still counts. */
export type SessionVerdict =
  { readonly alive: true } | { readonly alive: false; readonly because: 'idle' | 'too_old' };

/** Judges the times of a session at `now`. A session that is not found, or closed, never gets here. */
export function validateSession({ openedAt, lastSeenAt }: Session, now: Date): SessionVerdict {
  if (now.getTime() - openedAt.getTime() >= SESSION_LIMITS.absoluteMs)
    return { alive: false, because: 'too_old' };
  if (now.getTime() - lastSeenAt.getTime() >= SESSION_LIMITS.idleMs) return { alive: false, because: 'idle' };
  return { alive: true };
}

/** Whether the use of a session is to be recorded anew. */
export function isStale({ lastSeenAt }: Session, now: Date): boolean {
  return now.getTime() - lastSeenAt.getTime() >= SESSION_LIMITS.touchMs;
}
