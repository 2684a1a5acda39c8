/** `application/problem+json` (RFC 9457), as far as the screens use it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
  /** Absent when no answer came. */
  readonly request_id?: string;
}

/** An answer other than success, or none at all (`status` 0). */
export class RequestFailed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** What was the matter, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestFailed) return error.problem;
  const detail = 'Something went wrong in this page. Load it again; what you typed is not saved.';
  return { status: 0, code: 'page_failed', title: 'The page failed', detail, errors: [] };
}

/** No answer came: nothing is known about what the server did. */
export const UNREACHABLE: Problem = {
  status: 0,
  code: 'unreachable',
  title: 'Holdfast does not answer',
  detail: 'No answer came from the server. Check that it runs and that you are connected, then try again.',
  errors: [],
};

/** Reads the body of an answer that is not a success; a body that is no problem still gives one. */
export function toProblem(status: number, body: unknown): Problem {
  const given = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return {
    status,
    code: textOr(given.code, 'unknown'),
    title: textOr(given.title, 'The request failed'),
    detail: toSentence(textOr(given.detail, `The server answered with status ${status}.`)),
    errors: Array.isArray(given.errors) ? given.errors : [],
    ...(typeof given.request_id === 'string' && { request_id: given.request_id }),
  };
}

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

/** The problems of one input, sorted by where they are shown. */
export interface FieldProblems {
  /** By field of the form: one sentence, several joined. */
  readonly fields: Readonly<Record<string, string>>;
  /** What belongs to no field. */
  readonly general: readonly string[];
}

/**
 * Puts each problem at the field that it names: the first segment of its pointer (RFC 6901), so that `/scopes/1`
 * stands at `scopes`. `aliases` maps members of the input to fields with other names.
 */
export function toFieldProblems(
  problem: Problem,
  known: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): FieldProblems {
  const fields: Record<string, string> = {};
  const general: string[] = [];
  for (const { pointer, detail } of problem.errors) {
    const [, member = ''] = pointer.split('/').map(unescapeSegment);
    const field = aliases[member] ?? member;
    const text = toSentence(detail);
    if (!known.includes(field)) general.push(member === '' ? text : `${member}: ${text}`);
    else fields[field] = fields[field] === undefined ? text : `${fields[field]} ${text}`;
  }
  if (problem.errors.length === 0) general.push(problem.detail);
  return { fields, general };
}

const unescapeSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** `must not be empty` → `Must not be empty.` */
export function toSentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
