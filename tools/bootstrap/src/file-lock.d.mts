import type { ProcessIdentity } from './process-identity.mjs';

export type LockAttempt =
  | { readonly release: () => void; readonly holder?: undefined }
  | { readonly holder: ProcessIdentity; readonly release?: undefined };

export function tryLock(path: string): LockAttempt;
export function withLock<T>(
  path: string,
  onWait: (holder: ProcessIdentity) => void,
  work: () => Promise<T> | T,
): Promise<T>;
