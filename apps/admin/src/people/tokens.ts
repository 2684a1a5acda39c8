import { SignInRefused, type AttemptLimit } from '@holdfast/people';

/** Injection tokens of the people's listener. */
export const ATTEMPTS = Symbol('AttemptLimit');
export const PEOPLE_SETTINGS = Symbol('PeopleSettings');

export interface PeopleSettings {
  /** The origin of the screens: where people's browsers reach this listener. */
  readonly url: string;
  readonly mode: 'development' | 'production';
}

/** Throws `too_many_attempts` when this source has had its share of the minute. */
export function requireAttempt(attempts: AttemptLimit, source: string): void {
  const wait = attempts.count(source, new Date());
  if (wait !== undefined)
    throw new SignInRefused('too_many_attempts', 'too_many_attempts', { retryAfter: wait });
}
