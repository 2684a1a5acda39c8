import { createDataSource, Database, PostgresPeopleStore } from '@holdfast/postgres';
import { hasOwnerWithPasskey, inviteOwner, recoverOwner, type LinkVerdict } from '@holdfast/people';
import { ConfigError } from '@holdfast/http-platform';
import { readOwnerConfig } from '../config.js';

const USAGE = `usage: owner invite [--name NAME] [--if-needed]   a one-time link for a new owner
       owner recover [--name NAME]                an owner has lost the passkey: a new link
`;

/** Where the command writes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

interface Wish {
  readonly action: 'invite' | 'recover';
  readonly name: string | undefined;
  /** Only while no owner has a passkey: nothing is printed otherwise. */
  readonly ifNeeded: boolean;
}

const WHY = {
  has_passkey: 'this owner has a passkey already; if it is lost: owner recover',
  unknown: 'there is no owner of this name',
  ambiguous: 'there are several owners: say which with --name',
  nobody: 'there is no owner yet: owner invite',
} as const satisfies Record<Extract<LinkVerdict, { issued: false }>['because'], string>;

/**
 * The command on the host, `owner invite|recover`: prints a one-time link, valid for 24 hours, as the only line of
 * standard output. It is audited with the actor `host`. Resolves to the exit code: 64 usage, 78 configuration, 1 refused.
 */
export async function runOwnerCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  const wish = parseWish(args);
  if (wish === undefined) {
    output.err(USAGE);
    return 64;
  }
  try {
    const config = readOwnerConfig(env);
    return await printLink(wish, config.DATABASE_URL, config.PEOPLE_URL, output);
  } catch (error) {
    output.err(`${(error as Error).message}\n`);
    return error instanceof ConfigError ? 78 : 1;
  }
}

async function printLink(wish: Wish, databaseUrl: string, url: string, output: Output): Promise<number> {
  const dataSource = createDataSource({ url: databaseUrl, applicationName: 'admin-owner', poolSize: 1 });
  await dataSource.initialize();
  try {
    const store = new PostgresPeopleStore(new Database(dataSource), { application: 'admin-owner' });
    if (wish.ifNeeded && hasOwnerWithPasskey(await store.listOwners())) return 0;
    const issue = wish.action === 'invite' ? inviteOwner : recoverOwner;
    const verdict = await issue(store, { id: 'host', requestId: null }, wish.name, new Date());
    if (!verdict.issued) {
      output.err(`${WHY[verdict.because]}\n`);
      return 1;
    }
    // In the fragment, which browsers send to nobody: the token is in no log.
    output.out(`${url}/welcome#${verdict.token}\n`);
    return 0;
  } finally {
    await dataSource.destroy();
  }
}

function parseWish(args: readonly string[]): Wish | undefined {
  const [action, ...rest] = args;
  if (action !== 'invite' && action !== 'recover') return undefined;
  let name: string | undefined;
  let ifNeeded = false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--if-needed' && action === 'invite') ifNeeded = true;
    else if (word === '--name' && name === undefined) {
      name = parseName(rest.shift());
      if (name === undefined) return undefined;
    } else return undefined;
  }
  return { action, name, ifNeeded };
}

/** 1 to 100 characters, none of them a control character. */
function parseName(text: string | undefined): string | undefined {
  return text !== undefined && /^[^\p{C}]{1,100}$/u.test(text) && text.trim() !== '' ? text : undefined;
}
