import type { Command } from 'commander';
import { Grant, type NewGrant } from '@holdfast/admin-contract';
import { collect, parseId, withExamples } from './arguments.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

export const GRANT_COLUMNS: readonly Column<Grant>[] = [
  ['ID', ({ id }) => id],
  ['CLIENT', ({ client }) => client],
  ['RESOURCE', ({ resource }) => resource],
  ['SCOPES', ({ scopes }) => scopes],
];

/** `holdfast grant add | list | remove`. */
export function addGrantCommands(program: Command, session: Session): void {
  const grant = program.command('grant').description('who may call which API with which scopes');
  addAdd(grant, session);
  const list = grant
    .command('list')
    .description('all grants')
    .option('--client <client>', 'those of one client')
    .option('--resource <audience>', 'those for one API')
    .action((query: { client?: string; resource?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['grants'], Grant, query), GRANT_COLUMNS, 'grants'),
      ),
    );
  withExamples(
    list,
    'grant list',
    'grant list --client beta-sync',
    'grant list --resource https://api.acme.example',
  );
  const remove = grant
    .command('remove')
    .description('take a grant away; its tokens end within a second where the deny feed is followed')
    .argument('<id>', 'the grant, as "grant list" shows it', parseId)
    .action((id: string) =>
      session.administer(async (api, out) => {
        out.item(await api.delete(['grants', id], Grant));
        out.say(`Removed grant ${id}.`);
      }),
    );
  withExamples(remove, 'grant remove ID');
}

function addAdd(grant: Command, session: Session): void {
  const add = grant
    .command('add')
    .description('let a client call an API')
    .requiredOption('--client <client>', 'who may call')
    .requiredOption('--resource <audience>', 'which API')
    .requiredOption('--scope <scope>', 'with which scope; may be repeated', collect)
    .action(({ client, resource, scope }: { client: string; resource: string; scope: string[] }) =>
      session.administer(async (api, out) => {
        const body: NewGrant = { client, resource, scopes: scope };
        const added = await api.post(['grants'], Grant, body);
        out.item(added);
        out.say(`Added grant ${added.id}.`);
      }),
    );
  withExamples(
    add,
    'grant add --client beta-sync --resource https://api.acme.example --scope orders:read',
    'grant add --client beta-sync --resource https://api.acme.example --scope orders:read --scope orders:write',
  );
}
