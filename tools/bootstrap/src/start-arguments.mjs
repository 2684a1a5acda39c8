export const START_USAGE = `Usage: npm start [-- OPTIONS]

Starts Holdfast on this machine: an embedded PostgreSQL, the token service, the sample APIs of two partners, the
gateway and the admin API, with two partners that call, and shows that a stolen token is refused. Ends with Ctrl-C.

  --once     run the demo exchange, stop everything, exit 0 only if every line came out as it must
  --reset    throw away the state (.holdfast/) first
  --help     this text

Environment:
  HOLDFAST_PORT_BASE   first of the ports used (default 7400)
  HOLDFAST_HOME        where the state is kept (default .holdfast)
  DATABASE_URL         use this PostgreSQL server instead of the embedded one
`;

const FLAGS = { '--once': 'once', '--reset': 'reset', '--help': 'help', '-h': 'help' };

/** Parses the arguments of `npm start`. `unknown` is the first argument that means nothing. */
export function parseStartArguments(args) {
  const parsed = { once: false, reset: false, help: false };
  for (const argument of args) {
    if (!Object.hasOwn(FLAGS, argument)) return { ...parsed, unknown: argument };
    parsed[FLAGS[argument]] = true;
  }
  return parsed;
}
