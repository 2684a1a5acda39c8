import type { Command } from 'commander';
import { Partner, type NewPartner } from '@holdfast/admin-contract';
import { parseId, withExamples } from './arguments.js';
import type { Column } from './output.js';
import type { Session } from './session.js';
import { addStatusSwitches } from './status-switch.js';

const COLUMNS: readonly Column<Partner>[] = [
  ['ID', ({ id }) => id],
  ['NAME', ({ name }) => name],
  ['STATUS', ({ status }) => status],
];

/** `holdfast partner create | list | show | suspend | resume`. */
export function addPartnerCommands(program: Command, session: Session): void {
  const partner = program.command('partner').description('companies that use or provide APIs');
  addCreate(partner, session);
  const list = partner
    .command('list')
    .description('all partners')
    .action(() =>
      session.administer(async (api, out) =>
        out.list(await api.list(['partners'], Partner), COLUMNS, 'partners'),
      ),
    );
  withExamples(list, 'partner list', 'partner list -o json');
  const show = partner
    .command('show')
    .description('one partner')
    .argument('<id>', 'the partner', parseId)
    .action((id: string) =>
      session.administer(async (api, out) => out.item(await api.get(['partners', id], Partner))),
    );
  withExamples(show, 'partner show acme', 'partner show acme -o yaml');
  addStatusSwitches(partner, session, {
    collection: 'partners',
    schema: Partner,
    example: 'acme',
    suspend: 'refuse tokens to all its clients',
    resume: 'let its clients get tokens again',
  });
}

function addCreate(partner: Command, session: Session): void {
  const create = partner
    .command('create')
    .description('register a partner')
    .argument('<id>', 'its key for good, like acme', parseId)
    .requiredOption('--name <name>', 'its name for people')
    .action((id: string, { name }: { name: string }) =>
      session.administer(async (api, out) => {
        const body: NewPartner = { id, name };
        out.item(await api.post(['partners'], Partner, body));
        out.say(`Created partner ${id}.`);
      }),
    );
  withExamples(
    create,
    'partner create acme --name "Acme Ltd"',
    'partner create beta --name "Beta AG" -o json',
  );
}
