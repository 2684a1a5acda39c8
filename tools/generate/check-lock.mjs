// npm drops platform packages from the lock that its registry view does not show at that moment, and `npm ci` then fails
// elsewhere. Every optional dependency that a locked package names must be locked itself, with a checksum.
import { readFileSync } from 'node:fs';

let faults = 0;
for (const file of [
  'package-lock.json',
  'tools/runtime/package-lock.json',
  'tools/mutation/package-lock.json',
]) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()));
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!locked.has(name))
        report(`${file}: ${name}, an optional dependency of ${path || 'the root'}, is not locked`);
    }
    const installed = path.includes('node_modules/') && entry.link !== true && entry.inBundle !== true;
    if (installed && entry.integrity === undefined) report(`${file}: ${path} has no checksum`);
    if (entry.resolved?.includes('://')) report(`${file}: ${path} names a registry host`);
  }
}
process.exitCode = faults > 0 ? 1 : 0;

function report(text) {
  process.stderr.write(`${text}\n`);
  faults += 1;
}
