export interface StartArguments {
  readonly once: boolean;
  readonly reset: boolean;
  readonly help: boolean;
  readonly unknown?: string;
}

export const START_USAGE: string;
export function parseStartArguments(args: readonly string[]): StartArguments;
