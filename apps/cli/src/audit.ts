import { Option, type Command } from 'commander';
import { z } from 'zod';
import {
  AuditEntry,
  AuditVerification,
  TokenRequestEntry,
  TokenRequestOutcome,
} from '@holdfast/admin-contract';
import { parseId, parseLimit, withExamples } from './arguments.js';
import { Failure } from './failure.js';
import { toRecord, toTable, type Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<AuditEntry>[] = [
  ['AT', ({ at }) => at],
  ['KIND', ({ kind }) => kind],
  ['ACTOR', ({ actor }) => actor],
  ['PARTNER', ({ partner }) => partner],
  ['CLIENT', ({ client }) => client],
  ['REASON', ({ reason }) => reason],
  ['REQUEST ID', (entry) => entry.request_id],
];

const REQUEST_COLUMNS: readonly Column<TokenRequestEntry>[] = [
  ['AT', ({ at }) => at],
  ['OUTCOME', ({ outcome }) => outcome],
  ['CLIENT', ({ client }) => client],
  ['REASON', ({ reason }) => reason],
  ['REQUEST ID', (entry) => entry.request_id],
];

const FAULT_COLUMNS: readonly Column<AuditVerification['faults'][number]>[] = [
  ['STREAM', ({ stream }) => stream],
  ['SEQ', ({ seq }) => seq],
  ['FAULT', ({ fault }) => fault],
];

interface ListOptions {
  readonly client?: string;
  readonly partner?: string;
  readonly limit?: number;
}

/** `holdfast audit list | requests | show | verify`. */
export function addAuditCommands(program: Command, session: Session): void {
  const audit = program.command('audit').description('what was decided and changed, by whom and why');
  const list = audit
    .command('list')
    .description('events, newest first')
    .option('--client <client>', 'those about one client')
    .option('--partner <partner>', 'those about one partner')
    .option('--kind <kind>', 'those of one kind')
    .option('--limit <number>', 'at most so many', parseLimit)
    .action(({ limit, ...query }: ListOptions & { readonly kind?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['audit'], AuditEntry, { ...query }, limit), COLUMNS, 'events'),
      ),
    );
  withExamples(
    list,
    'audit list --limit 20',
    'audit list --client acme-orders --limit 20',
    'audit list --partner acme -o json',
  );
  addRequests(audit, session);
  addShow(audit, session);
  addVerify(audit, session);
}

function addRequests(audit: Command, session: Session): void {
  const requests = audit
    .command('requests')
    .description('requests for tokens, newest first, with the reason of each refusal')
    .option('--client <client>', 'those with one client_id')
    .option('--partner <partner>', 'those of one partner')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(TokenRequestOutcome.options))
    .option('--limit <number>', 'at most so many', parseLimit)
    .action(({ limit, ...query }: ListOptions & { readonly outcome?: string }) =>
      session.administer(async (api, out) =>
        out.list(
          await api.list(['token-requests'], TokenRequestEntry, { ...query }, limit),
          REQUEST_COLUMNS,
          'requests',
        ),
      ),
    );
  withExamples(
    requests,
    'audit requests --outcome refused --limit 20',
    'audit requests --client acme-orders -o json',
  );
}

function addShow(audit: Command, session: Session): void {
  const show = audit
    .command('show')
    .description('everything that is recorded about one request, with the reason behind a refusal')
    .argument('<request-id>', 'the request_id of an answer', parseId)
    .action((requestId: string) =>
      session.administer(async (api, out) => {
        const { items } = await api.get(
          ['audit', 'requests', requestId],
          z.object({ items: z.array(AuditEntry) }),
        );
        if (items.length === 0) {
          throw new Failure('notFound', `Nothing is recorded under the request id ${requestId}.`, [
            'Refusals before a client is proven are written every few seconds, and only some of each kind.',
          ]);
        }
        out.data(items, () => items.map(toRecord).join('\n'));
      }),
    );
  withExamples(show, 'audit show REQUEST-ID', 'audit show REQUEST-ID -o json');
}

function addVerify(audit: Command, session: Session): void {
  const verify = audit
    .command('verify')
    .description('check the hash chains: exit 2 when an event was changed, removed or moved')
    .action(() =>
      session.administer(async (api, out) => {
        const found = await api.get(['audit', 'verify'], AuditVerification);
        const { faults, ...summary } = found;
        out.data(
          found,
          () => toRecord(summary) + (faults.length === 0 ? '' : `\n${toTable(faults, FAULT_COLUMNS)}`),
        );
        if (!found.intact) throw new Failure('findings', 'The audit trail is not intact.');
      }),
    );
  withExamples(verify, 'audit verify', 'audit verify -o json');
}
