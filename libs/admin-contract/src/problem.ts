import { z } from 'zod';

/** What went wrong, as a stable code. */
export const PROBLEM_CODES = [
  'invalid_input',
  'not_found',
  'already_exists',
  'identity_taken',
  'not_allowed',
  'precondition_failed',
  'precondition_required',
  'unauthenticated',
  'link_unusable',
  'last_passkey',
  'forbidden',
  'too_many_requests',
  'unavailable',
  'method_not_allowed',
  'body_too_large',
  'media_type_unsupported',
  'headers_too_large',
  'internal_error',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One problem of an input: where (RFC 6901 pointer), what and how to mend it. */
export const InputProblem = z.object({ pointer: z.string(), code: z.string(), detail: z.string() });
export type InputProblem = z.infer<typeof InputProblem>;

/** `application/problem+json` (RFC 9457): every problem of an input at once. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: z.enum(PROBLEM_CODES),
  detail: z.string(),
  errors: z.array(InputProblem),
  request_id: z.string(),
});
export type Problem = z.infer<typeof Problem>;
