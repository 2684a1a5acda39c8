import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { OPERATIONS } from '@holdfast/admin-contract';
import { type RouteAccess } from '@holdfast/resource-guard';
import { ROUTE_ACCESS } from '@holdfast/resource-guard/nest';
import { AdminModule } from '../app.module.js';

/** Every handler of the admin API with what it declares: its own declaration, or that of its controller. */
const ROUTES = (AdminModule.with({} as never, {} as never, {} as never).controllers ?? []).flatMap(
  (controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return methodsOf(prototype)
      .filter((name) => name !== 'constructor' && Reflect.hasMetadata('path', prototype[name]!))
      .map((name) => ({
        method: RequestMethod[Reflect.getMetadata('method', prototype[name]!) as number]!,
        path: `/${[Reflect.getMetadata('path', controller), Reflect.getMetadata('path', prototype[name]!)].filter((part) => part !== '/').join('/')}`,
        access: (Reflect.getMetadata(ROUTE_ACCESS, prototype[name]!) ??
          Reflect.getMetadata(ROUTE_ACCESS, controller)) as RouteAccess | undefined,
      }));
  },
);

/** Its own methods, and those of the controller that it extends. */
function methodsOf(prototype: object): string[] {
  const parent = Object.getPrototypeOf(prototype) as object;
  const own = Object.getOwnPropertyNames(prototype);
  return parent === Object.prototype
    ? own
    : [...own, ...methodsOf(parent).filter((name) => !own.includes(name))];
}

const PROTECTED = ROUTES.filter(({ path }) => path !== '/api/openapi.json');

describe('the admin API', () => {
  it('has routes', () => expect(PROTECTED.length).toBeGreaterThan(20));

  it('describes every route in its OpenAPI document, and no other (AW-01)', () => {
    const described = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const served = PROTECTED.map(
      ({ method, path }) => `${method} ${path.replace(/(?<!:):\w+/g, '{id}').replace('::', ':')}`,
    );
    expect(served.sort()).toEqual(described.sort());
  });

  it.each(PROTECTED)('asks for the scope admin at $method $path (AW-01)', ({ access }) => {
    expect(access).toEqual({ public: false, scopes: ['admin'] });
  });
});
