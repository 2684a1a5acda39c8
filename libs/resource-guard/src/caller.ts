import type { VerifiedAccess } from '@holdfast/cnf-token-verification';

const accessOf = new WeakMap<object, VerifiedAccess>();

/** Remembers who calls; a guard does it once a call is admitted. */
export function admit(request: object, access: VerifiedAccess | undefined): void {
  if (access !== undefined) accessOf.set(request, access);
}

/** Who calls, as the guard verified it; throws on a route that the guard did not admit, public ones included. */
export function accessFor(request: object): VerifiedAccess {
  const access = accessOf.get(request);
  if (access === undefined) throw new Error('this route was not admitted by the guard');
  return access;
}
