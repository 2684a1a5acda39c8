/** Which paths a route serves: literal segments, `*` for any one, `**` at the end for itself and everything below. */
export interface PathPattern {
  readonly text: string;
  readonly segments: readonly string[];
  readonly folded: readonly string[];
  /** It ends in `**`. */
  readonly isOpen: boolean;
}

const SEGMENT = /^(?:\*|[A-Za-z0-9._~!$&'()+,=:@-]+)$/;

/** `/orders/*`, `/orders/**`, `/`; undefined for anything that is no such pattern. Segments are written decoded. */
export function parsePathPattern(text: string): PathPattern | undefined {
  if (!text.startsWith('/')) return undefined;
  const segments = text === '/' ? [] : text.slice(1).split('/');
  const isOpen = segments.at(-1) === '**';
  if (isOpen) segments.pop();
  const isWell = segments.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  return isWell
    ? { text, segments, folded: segments.map((segment) => segment.toLowerCase()), isOpen }
    : undefined;
}

/** Whether the pattern serves a path, letter for letter. */
export function matchesExactly({ segments, isOpen }: PathPattern, path: readonly string[]): boolean {
  return fits(segments, isOpen, path);
}

/** The same for a server that makes no difference between `/Orders` and `/orders`. `path` is in lower case. */
export function matchesFolded({ folded, isOpen }: PathPattern, path: readonly string[]): boolean {
  return fits(folded, isOpen, path);
}

function fits(segments: readonly string[], isOpen: boolean, path: readonly string[]): boolean {
  if (isOpen ? path.length < segments.length : path.length !== segments.length) return false;
  return segments.every((segment, index) => segment === '*' || segment === path[index]);
}

/** Whether every path that `other` serves is served by `pattern` too, in any spelling. */
export function covers(pattern: PathPattern, other: PathPattern): boolean {
  if (other.isOpen && !pattern.isOpen) return false;
  return fits(pattern.folded, pattern.isOpen, other.folded);
}
