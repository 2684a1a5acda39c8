import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { addAnchorCommands } from './anchor.js';
import { hintAboutDashes } from './arguments.js';
import { addAuditCommands } from './audit.js';
import { addCallCommand } from './call.js';
import { addCertCommands } from './cert.js';
import { addCertificateCommands } from './certificate-block.js';
import { addClientCommands } from './client.js';
import { addConnectCommands } from './connect-test.js';
import { addCredentialCommands } from './credential.js';
import { addCsrCommands } from './csr.js';
import { EXIT, Failure } from './failure.js';
import { addGrantCommands } from './grant.js';
import { FORMATS } from './output.js';
import { addKeyCommands } from './key.js';
import { addPartnerCommands } from './partner.js';
import { addResourceCommands } from './resource.js';
import { Session, type GlobalOptions } from './session.js';
import { addTokenCommand } from './token.js';
import type { World } from './world.js';

/** Runs `holdfast` with the arguments, and gives the exit code (docs/contract.md). */
export async function runHoldfast(args: readonly string[], world: World): Promise<number> {
  try {
    await createProgram(world).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (error instanceof CommanderError) {
      const hint = hintAboutDashes(args);
      if (hint !== undefined) world.stderr(`${hint}\n`);
      return EXIT.usage;
    }
    if (!(error instanceof Failure)) throw error;
    world.stderr([`holdfast: ${error.message}`, ...error.lines.map((line) => `  ${line}`), ''].join('\n'));
    return EXIT[error.outcome];
  }
}

function createProgram(world: World): Command {
  const program = new Command('holdfast')
    .description('Partner integration on OAuth 2.0 mutual TLS: administration, and tools for partners.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => world.stdout(text), writeErr: (text) => world.stderr(text) })
    .exitOverride();
  addGlobalOptions(program);
  const session = new Session(world, () => program.opts<GlobalOptions>());
  for (const add of COMMANDS) add(program, session);
  pointToHelp(program, 'holdfast');
  return program.addHelpText('after', HELP);
}

const COMMANDS = [
  addPartnerCommands,
  addAnchorCommands,
  addCertificateCommands,
  addClientCommands,
  addCredentialCommands,
  addResourceCommands,
  addGrantCommands,
  addKeyCommands,
  addAuditCommands,
  addTokenCommand,
  addCallCommand,
  addConnectCommands,
  addCertCommands,
  addCsrCommands,
];

function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('-o, --output <format>', 'how data is printed').choices(FORMATS).default('table'))
    .option('--api <url>', 'the admin API (HOLDFAST_API)')
    .option('--token-endpoint <url>', 'where tokens come from (HOLDFAST_TOKEN_ENDPOINT)')
    .option('--cacert <file>', 'CA certificates that the servers are trusted by (HOLDFAST_CA)')
    .option('--cert <file>', 'certificate to prove oneself with, PEM (HOLDFAST_CERT)')
    .option('--key <file>', 'its private key, PEM (HOLDFAST_KEY)')
    .option('--client-id <id>', 'client_id to ask for tokens with');
}

const HELP = `
Whatever of the connection is not given comes from stack.json of the local stack (HOLDFAST_HOME, .holdfast).

Exit codes: 0 ok, 1 error, 2 findings, 3 not allowed, 4 not found, 5 conflict, 7 connection or TLS, 64 usage.

Examples:
  $ holdfast partner create acme --name "Acme Ltd"
  $ holdfast client list -o json
  $ holdfast call https://localhost:7420/orders --client-id acme-orders --cert acme.pem --key acme.key
`;

/** What somebody reads below a usage error. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`More: ${path} --help`);
  for (const child of command.commands) pointToHelp(child, `${path} ${child.name()}`);
}

function readVersion(): string {
  const file = join(import.meta.dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
