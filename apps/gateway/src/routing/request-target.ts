/** What a request asks for, in the one reading that is decided on and forwarded. */
export interface RequestTarget {
  /** Path and query exactly as they came; this is what the upstream gets. */
  readonly raw: string;
  /** The path alone, as it came: for the log. */
  readonly path: string;
  /** Decoded segments of the path, without the empty one that a trailing slash leaves. */
  readonly segments: readonly string[];
}

/** Most paths: nothing is encoded, nothing is empty. Dots are looked at segment by segment. */
const PLAIN = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)*\/?$/;
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * A request target in origin-form (RFC 9112 §3.2.1), or undefined for one that two servers could read in two ways: the
 * route is decided here and the path is walked there (SS-21). Refused are dot segments and empty ones, encoded or not,
 * `;` and `\`, encoded slashes, encoded percent signs that begin another encoding, control characters, and what is not UTF-8.
 */
export function parseRequestTarget(url: string): RequestTarget | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/')) return undefined;
  const segments = PLAIN.test(path) ? path.split('/') : decodedSegments(path);
  if (segments === undefined || (mark >= 0 && !isVisible(url.slice(mark)))) return undefined;
  segments.shift();
  if (segments.at(-1) === '') segments.pop();
  return segments.some(isMisread) ? undefined : { raw: url, path, segments };
}

function isVisible(text: string): boolean {
  return VISIBLE.test(text) && !text.includes('#');
}

function decodedSegments(path: string): string[] | undefined {
  if (!isVisible(path) || /[\\;]/.test(path) || /%25[0-9a-f]{2}/i.test(path)) return undefined;
  try {
    const segments = path.split('/').map(decodeURIComponent);
    return segments.some((segment) => /[\u0000-\u001f\u007f/\\;]/.test(segment)) ? undefined : segments;
  } catch {
    return undefined;
  }
}

/** RFC 3986 §5.2.4 removes these, and some servers do it only after routing. */
function isMisread(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..';
}
