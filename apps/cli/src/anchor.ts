import { Option, type Command } from 'commander';
import { Anchor, REVOCATION_MODES, type NewAnchor } from '@holdfast/admin-contract';
import { addCrlCommands } from './anchor-crl.js';
import { addExceptionCommand } from './anchor-exception.js';
import { parseId, parseInstant, withExamples } from './arguments.js';
import { readCertificatesToSend } from './input-file.js';
import type { Column } from './output.js';
import { addStatusSwitches } from './status-switch.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<Anchor>[] = [
  ['ID', ({ id }) => id],
  ['PARTNER', ({ partner }) => partner],
  ['SUBJECT', ({ subject }) => subject],
  ['NOT AFTER', ({ not_after }) => not_after],
  ['INTERMEDIATES', ({ intermediates }) => intermediates.length],
  ['STATUS', ({ status }) => status],
  ['REVOCATION', ({ revocation }) => revocation],
  ['SERVER AUTH UNTIL', ({ server_auth_until }) => server_auth_until],
];

interface AddOptions {
  readonly partner: string;
  readonly file: string;
  readonly revocation?: NewAnchor['revocation'];
  readonly serverAuthUntil?: string;
}

/** `holdfast anchor add | list | suspend | resume | exception | crl …`. */
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
    .addOption(
      new Option(
        '--revocation <mode>',
        'whether a certificate is revoked: do not ask, ask and accept unknown, ask and refuse unknown',
      ).choices(REVOCATION_MODES),
    )
    .option(
      '--server-auth-until <date>',
      'accept certificates for servers only (a public CA) until then; there is no such exception without an end',
      parseInstant,
    )
    .action((id: string, { partner, file, revocation, serverAuthUntil }: AddOptions) => {
      const body: NewAnchor = {
        id,
        partner,
        certificate: readCertificatesToSend(file, '--file', session.world),
        revocation: revocation ?? 'off',
        ...(serverAuthUntil !== undefined && { server_auth_until: serverAuthUntil }),
      };
      return session.administer(async (api, out) => {
        out.item(await api.post(['anchors'], Anchor, body, { certificate: '--file' }));
        out.say(`Added anchor ${id}.`);
        if (revocation === undefined)
          out.say('Revoked certificates under it are NOT noticed; --revocation soft or hard says otherwise.');
      });
    });
  withExamples(
    add,
    'anchor add acme-ca --partner acme --file ca.pem --revocation hard',
    'anchor add acme-ca --partner acme --file ca.pem --revocation off',
    'anchor add acme-public --partner acme --file issuing.pem --revocation soft --server-auth-until 2027-03-15',
  );
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
  addStatusSwitches(anchor, session, {
    collection: 'anchors',
    schema: Anchor,
    example: 'acme-ca',
    suspend: 'let it vouch for nobody, and stop the tokens of those for whom it did',
    resume: 'let it vouch again',
  });
  addExceptionCommand(anchor, session);
  addCrlCommands(anchor, session);
}
