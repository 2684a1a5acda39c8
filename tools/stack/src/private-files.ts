import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Makes the directory, or closes it, for everybody but its owner. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
}

/** Makes the directory so that other users may pass through, knowing the name, but not look around. */
export function makePassableDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o711);
}

/** Writes the file in one step, readable by its owner only: a reader or a crash never finds half of it. */
export function writePrivateFile(path: string, content: string): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, path);
}

/** The content of a private file, made by `make` the first time. */
export function readOrMakePrivateFile(path: string, make: () => string): string {
  if (!existsSync(path)) writePrivateFile(path, make());
  return readFileSync(path, 'utf8');
}
