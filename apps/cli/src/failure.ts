/** The exit codes (docs/contract.md). `waitsForApproval` comes with change requests. */
export const EXIT = {
  ok: 0,
  error: 1,
  findings: 2,
  notAllowed: 3,
  notFound: 4,
  conflict: 5,
  waitsForApproval: 6,
  connection: 7,
  usage: 64,
} as const;

export type Outcome = Exclude<keyof typeof EXIT, 'ok'>;

/** An expected end of a command other than success. Its text is all that a person needs; it never holds a secret. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** `lines` say more: one problem, or one step of the way out, each. */
  constructor(
    readonly outcome: Outcome,
    message: string,
    readonly lines: readonly string[] = [],
  ) {
    super(message);
  }
}

/** What the status of an answer means for the exit code. 2xx is not for here. */
export function outcomeOf(status: number): Outcome {
  return OUTCOMES[status] ?? 'error';
}

const OUTCOMES: Readonly<Record<number, Outcome>> = {
  401: 'notAllowed',
  403: 'notAllowed',
  404: 'notFound',
  409: 'conflict',
};
