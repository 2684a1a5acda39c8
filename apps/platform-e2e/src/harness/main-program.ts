/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const EX_USAGE = 64;

/**
 * Runs a command and ends the process with its exit code. Ending by force is meant: sockets that an attack has left
 * half open must not keep it.
 */
export async function runMain(main: (args: readonly string[]) => Promise<number>): Promise<never> {
  try {
    process.exit(await main(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_USAGE);
  }
}

/** Talk, beside the result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
