import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { OpenSession } from '@holdfast/people';

const sessionOf = new WeakMap<object, OpenSession>();

/** Remembers whose request it is; the guard does it once the request is admitted. */
export function admitPerson(request: object, open: OpenSession): void {
  sessionOf.set(request, open);
}

/** Whose request it is, as the guard found it; undefined for a request that no person made. */
export function findPerson(request: object): OpenSession | undefined {
  return sessionOf.get(request);
}

/** Injects the session of the person who asks; fails on a route that the guard did not admit. */
export const Person = createParamDecorator((_: unknown, context: ExecutionContext): OpenSession => {
  const open = findPerson(context.switchToHttp().getRequest<object>());
  if (open === undefined) throw new Error('this route was not admitted by the guard');
  return open;
});
