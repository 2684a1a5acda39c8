import type { z } from 'zod';
import type { InputProblem } from '@holdfast/admin-contract';
import type { Registration, WriteRefusal, Written } from '@holdfast/client-registry';

/**
 * The input cannot be used; every problem at once. The message goes to the log, so it names places and codes only: a
 * detail may quote what was typed, and somebody types a private key into the wrong field (AW-24).
 */
export class InputRefused extends Error {
  override readonly name = 'InputRefused';

  constructor(readonly problems: readonly InputProblem[]) {
    super(problems.map(({ pointer, code }) => `${pointer}: ${code}`).join('; '));
  }
}

/** The write was not made: something exists already, is missing, or does not fit. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';

  constructor(readonly refusal: WriteRefusal) {
    super(`${refusal.refused}: ${refusal.what}`);
  }
}

/** `input` as the schema says, or `InputRefused`. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  throw new InputRefused(parsed.error.issues.map(toProblem));
}

/** The id in a path, if it can be one at all; what cannot be an id names nothing (and never reaches the database). */
export function parseId(id: string, what: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,127}$/i.test(id)) return id;
  throw new WriteRefused({ refused: 'not_found', what });
}

/** What a registration gives, or `InputRefused` with pointers to its fields. */
export function accepted<T>(registration: Registration<T>): T {
  if (registration.accepted) return registration.value;
  throw new InputRefused(
    registration.problems.map(({ field, code, detail }) => ({
      pointer: field === '' ? '' : `/${field}`,
      code,
      detail,
    })),
  );
}

/** What a write gives, or `WriteRefused`. */
export function written<T>(result: Written<T>): T {
  if (result.written) return result.value;
  throw new WriteRefused(result);
}

function toProblem(issue: z.core.$ZodIssue): InputProblem {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  // RFC 6901 §3: "~" and "/" are escaped.
  const pointer = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return {
    pointer,
    code: issue.code,
    detail: issue.code === 'unrecognized_keys' ? 'is not known here' : issue.message,
  };
}
