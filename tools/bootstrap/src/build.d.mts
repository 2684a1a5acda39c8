export function ensureBuilt(): Promise<void>;
export function withBuildLock<T>(work: () => Promise<T> | T): Promise<T>;
export function fingerprint(files: readonly string[]): string;
