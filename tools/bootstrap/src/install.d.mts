export interface LockFile {
  readonly packages: Readonly<Record<string, object>>;
}

export function ensureInstalled(): Promise<void>;
export function isTreeOf(
  lock: LockFile,
  installed: LockFile,
  system: { readonly platform: string; readonly arch: string },
): boolean;
