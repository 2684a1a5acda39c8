import type { Command } from 'commander';
import { Anchor, type AnchorChange } from '@holdfast/admin-contract';
import { parseId, parseInstant, withExamples } from './arguments.js';
import { Failure } from './failure.js';
import type { Session } from './session.js';

interface ExceptionOptions {
  readonly serverAuthUntil?: string;
  readonly end?: true;
}

/** `holdfast anchor exception`: until when certificates without clientAuth count under an anchor. */
export function addExceptionCommand(anchor: Command, session: Session): void {
  const exception = anchor
    .command('exception')
    .description('accept certificates for servers only (a public CA) under an anchor for a while')
    .argument('<id>', 'the anchor', parseId)
    .option(
      '--server-auth-until <date>',
      'set or move its end: a date or a time, at most 400 days ahead',
      parseInstant,
    )
    .option('--end', 'end it now')
    .action((id: string, options: ExceptionOptions) => {
      const body = toChange(options);
      return session.administer(async (api, out) => {
        out.item(await api.patch(['anchors', id], Anchor, body));
        out.say(
          body.server_auth_until === null
            ? `Certificates for servers only are refused under ${id} again.`
            : `Certificates for servers only count under ${id} until ${body.server_auth_until}.`,
        );
      });
    });
  withExamples(
    exception,
    'anchor exception acme-public --server-auth-until 2027-03-15',
    'anchor exception acme-public --end',
  );
}

/** Exactly one of the two. */
function toChange({ serverAuthUntil, end }: ExceptionOptions): AnchorChange {
  if ((serverAuthUntil === undefined) === (end === undefined))
    throw new Failure('usage', 'Give either --server-auth-until with a date, or --end.');
  return { server_auth_until: serverAuthUntil ?? null };
}
