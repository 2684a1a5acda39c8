import { covers, matchesExactly, matchesFolded, type PathPattern } from './path-pattern.js';

/** What decides whether a route is the one of a request. */
export interface RouteMatch {
  readonly pattern: PathPattern;
  /** In lower case, without a port; undefined: any. */
  readonly host: string | undefined;
  /** `undefined`: any method. */
  readonly methods: readonly string[] | undefined;
}

/** A question to the table. */
export interface Asked {
  readonly method: string;
  /** In lower case, without a port. */
  readonly host: string;
  /** Decoded. */
  readonly segments: readonly string[];
}

export type Found<R> =
  | { readonly found: true; readonly route: R }
  | { readonly found: false; readonly reason: 'path_unknown' }
  | { readonly found: false; readonly reason: 'method_not_allowed'; readonly allow: string };

/**
 * The first route, in the order of the file, that serves host and path. It decides about the path alone: a method that
 * it does not have is served by another route with the same pattern or not at all, never by a wider one behind it. What
 * no route names is not forwarded.
 *
 * A path that differs from a route in the case of letters only is refused rather than left to a later route: many
 * servers fold case, and the call would arrive where the first route was meant to decide.
 */
export function findRoute<R extends RouteMatch>(routes: readonly R[], asked: Asked): Found<R> {
  const folded = asked.segments.map((segment) => segment.toLowerCase());
  const serves = ({ host, pattern }: RouteMatch): boolean =>
    (host === undefined || host === asked.host) && matchesFolded(pattern, folded);
  const first = routes.find(serves);
  if (first === undefined || !matchesExactly(first.pattern, asked.segments))
    return { found: false, reason: 'path_unknown' };
  const same = routes.filter((route) => route.pattern.text === first.pattern.text && serves(route));
  const route = same.find(({ methods }) => methods === undefined || methods.includes(asked.method));
  if (route !== undefined) return { found: true, route };
  const allow = [...new Set(same.flatMap(({ methods }) => methods ?? []))].join(', ');
  return { found: false, reason: 'method_not_allowed', allow };
}

/** Pairs of routes where an earlier one takes every request of a later one: somebody meant something else. */
export function unreachable<R extends RouteMatch>(
  routes: readonly R[],
): readonly (readonly [number, number])[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.findIndex((other, at) => at < index && takesAllOf(other, route));
    return earlier < 0 ? [] : [[earlier, index] as const];
  });
}

function takesAllOf(earlier: RouteMatch, later: RouteMatch): boolean {
  if (earlier.host !== undefined && earlier.host !== later.host) return false;
  if (!covers(earlier.pattern, later.pattern)) return false;
  const { methods } = earlier;
  if (earlier.pattern.text !== later.pattern.text || methods === undefined) return true;
  return later.methods?.every((method) => methods.includes(method)) ?? false;
}
