import type { Command } from 'commander';
import { Anchor, type NewAnchor } from '@holdfast/admin-contract';
import { parseId, withExamples } from './arguments.js';
import { readCertificatesToSend } from './input-file.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<Anchor>[] = [
  ['ID', ({ id }) => id],
  ['PARTNER', ({ partner }) => partner],
  ['SUBJECT', ({ subject }) => subject],
  ['NOT AFTER', ({ not_after }) => not_after],
  ['INTERMEDIATES', ({ intermediates }) => intermediates.length],
];

/** `holdfast anchor add | list`. */
export function addAnchorCommands(program: Command, session: Session): void {
  const anchor = program
    .command('anchor')
    .description("partners' certificate authorities, trusted by their key");
  const add = anchor
    .command('add')
    .description('trust an authority for the clients of one partner')
    .argument('<id>', 'its key for good, like acme-ca', parseId)
    .requiredOption('--partner <partner>', 'whose clients it vouches for')
    .requiredOption('--file <file>', 'the CA certificate; intermediates may stand in the same file')
    .action((id: string, { partner, file }: { partner: string; file: string }) => {
      const body: NewAnchor = {
        id,
        partner,
        certificate: readCertificatesToSend(file, '--file', session.world),
      };
      return session.administer(async (api, out) => {
        out.item(await api.post(['anchors'], Anchor, body, { certificate: '--file' }));
        out.say(`Added anchor ${id}.`);
      });
    });
  withExamples(add, 'anchor add acme-ca --partner acme --file ca.pem');
  const list = anchor
    .command('list')
    .description('all anchors')
    .option('--partner <partner>', 'those of one partner')
    .action((query: { partner?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['anchors'], Anchor, query), COLUMNS, 'anchors'),
      ),
    );
  withExamples(list, 'anchor list', 'anchor list --partner acme', 'anchor list -o json');
}
