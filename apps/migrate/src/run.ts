import { readConfig, ConfigError, type Config } from '@holdfast/http-platform';
import { databaseName, migrateDatabase } from '@holdfast/postgres';
import { parseArguments, USAGE, UsageError, type Command } from './arguments.js';
import { bootstrap } from './bootstrap.js';
import { explainFailure } from './explain-failure.js';
import { BOOTSTRAP_SETTINGS, UP_SETTINGS } from './settings.js';

/** Where lines go. */
export interface Output {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Runs one command. The exit code: 0 done, 1 failed, 64 the command line or the configuration cannot be used. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  try {
    const command = parseArguments(args);
    await COMMANDS[command.name](command as never, env, output);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) output.err(`${error.message}\n\n${USAGE}`);
    else if (error instanceof ConfigError) output.err(error.message);
    else output.err(explainFailure(error));
    return error instanceof UsageError || error instanceof ConfigError ? 64 : 1;
  }
}

const COMMANDS: {
  readonly [N in Command['name']]: (
    command: Extract<Command, { name: N }>,
    env: NodeJS.ProcessEnv,
    output: Output,
  ) => Promise<void>;
} = {
  help: (_command, _env, { out }) => Promise.resolve(out(USAGE)),
  up: (_command, env, { out }) => up(readConfig(UP_SETTINGS, env), out),
  bootstrap: (command, env, { out }) =>
    bootstrap({
      url: readConfig(BOOTSTRAP_SETTINGS, env).DATABASE_URL,
      operatorCertificateFile: command.operatorCertificate,
      adminAudience: command.adminAudience,
      issuer: command.issuer,
      feedReaders: command.feedReaders,
      now: () => new Date(),
      onStep: out,
    }),
};

async function up(config: Config<typeof UP_SETTINGS>, onStep: (line: string) => void): Promise<void> {
  const { DATABASE_URL: url, ROLE_PREFIX, TOKEN_SERVICE_PASSWORD, ADMIN_PASSWORD } = config;
  await migrateDatabase({
    url,
    roles: {
      rolePrefix: ROLE_PREFIX ?? databaseName(url),
      passwords: { token_service: TOKEN_SERVICE_PASSWORD, admin: ADMIN_PASSWORD },
    },
    onStep,
  });
}
