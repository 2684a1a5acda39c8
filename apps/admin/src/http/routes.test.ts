import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ROUTE_ACCESS, type RouteAccess } from '@holdfast/resource-guard';
import { AdminModule } from '../app.module.js';

/** Every handler of the admin API with what it declares: its own declaration, or that of its controller. */
const ROUTES = (AdminModule.with({} as never, {} as never).controllers ?? []).flatMap((controller) => {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && Reflect.hasMetadata('path', prototype[name]!))
    .map((name) => ({
      name: `${controller.name}.${name}`,
      access: (Reflect.getMetadata(ROUTE_ACCESS, prototype[name]!) ??
        Reflect.getMetadata(ROUTE_ACCESS, controller)) as RouteAccess | undefined,
    }));
});

describe('the admin API', () => {
  it('has routes', () => expect(ROUTES.length).toBeGreaterThan(15));

  it.each(ROUTES)('asks for the scope admin at $name (AW-01)', ({ access }) => {
    expect(access).toEqual({ public: false, scopes: ['admin'] });
  });
});
