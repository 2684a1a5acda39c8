import type { Command } from 'commander';
import { Resource, type NewResource } from '@holdfast/admin-contract';
import { collect, withExamples } from './arguments.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<Resource>[] = [
  ['AUDIENCE', ({ audience }) => audience],
  ['PARTNER', ({ partner }) => partner],
  ['SCOPES', ({ scopes }) => scopes],
];

/** `holdfast resource create | list`. */
export function addResourceCommands(program: Command, session: Session): void {
  const resource = program.command('resource').description('APIs that tokens are for');
  const create = resource
    .command('create')
    .description('register an API with its scopes')
    .argument('<audience>', 'its URI: the aud of its tokens (RFC 8707)')
    .requiredOption('--partner <partner>', 'who provides it')
    .requiredOption('--scope <scope>', 'a scope that it knows; may be repeated', collect)
    .action((audience: string, { partner, scope }: { partner: string; scope: string[] }) =>
      session.administer(async (api, out) => {
        const body: NewResource = { audience, partner, scopes: scope };
        out.item(await api.post(['resources'], Resource, body));
        out.say(`Created resource ${audience}.`);
      }),
    );
  withExamples(
    create,
    'resource create https://api.acme.example --partner acme --scope orders:read --scope orders:write',
  );
  const list = resource
    .command('list')
    .description('all APIs')
    .action(() =>
      session.administer(async (api, out) =>
        out.list(await api.list(['resources'], Resource), COLUMNS, 'resources'),
      ),
    );
  withExamples(list, 'resource list', 'resource list -o json');
}
