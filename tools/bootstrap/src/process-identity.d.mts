export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: equal for one process, different for a later one with the same id. */
  readonly startedAt: string;
  readonly commandLine: string;
}

export function identityOf(pid: number): ProcessIdentity | undefined;
export function isSameProcess(recorded: ProcessIdentity | undefined): boolean;
