import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RevocationList, RevocationSource, type NewRevocationList } from '@holdfast/admin-contract';
import { parseId, withExamples } from './arguments.js';
import { readInputFile } from './input-file.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<RevocationList>[] = [
  ['ANCHOR', ({ anchor }) => anchor],
  ['ISSUER', ({ issuer }) => issuer],
  ['STATE', ({ state }) => state],
  ['REVOKED', ({ revoked }) => revoked],
  ['THIS UPDATE', ({ this_update }) => this_update],
  ['NEXT UPDATE', ({ next_update }) => next_update],
  ['SOURCE', ({ source }) => source],
];

const SOURCE_COLUMNS: readonly Column<RevocationSource>[] = [
  ['ANCHOR', ({ anchor }) => anchor],
  ['KIND', ({ kind }) => kind],
  ['URL', ({ url }) => url],
  ['CERTIFICATE', ({ certificate }) => certificate],
  ['STATUS', ({ status }) => status],
  ['FRESH UNTIL', ({ fresh_until }) => fresh_until],
  ['LAST SUCCESS', ({ last_success }) => last_success],
  ['LAST ERROR', ({ last_error }) => last_error],
  ['NEXT DUE', ({ next_due }) => next_due],
];

/** `holdfast anchor crl add | list | sources`. */
export function addCrlCommands(anchor: Command, session: Session): void {
  const crl = anchor.command('crl').description('what is at hand to tell revoked certificates');
  const add = crl
    .command('add')
    .description(
      'upload a CRL, where nothing can be fetched; it replaces the one before of its issuer, key and scope',
    )
    .argument(
      '<anchor>',
      'the anchor whose authority, or an intermediate stored with it, has signed it',
      parseId,
    )
    .requiredOption('--file <file>', 'the CRL, PEM or DER')
    .action((id: string, { file }: { file: string }) => {
      const content = readInputFile(resolve(session.world.directory, file), '--file');
      const text = content.toString('latin1');
      const body: NewRevocationList = {
        anchor: id,
        crl: text.includes('-----BEGIN ') ? text : content.toString('base64'),
      };
      return session.administer(async (api, out) => {
        out.item(await api.post(['revocation-lists'], RevocationList, body, { crl: '--file' }));
      });
    });
  withExamples(add, 'anchor crl add acme-ca --file acme.crl');
  const list = crl
    .command('list')
    .description('CRLs at hand; a stale one no longer says that a certificate is good')
    .option('--anchor <anchor>', 'those of one anchor')
    .action((query: { anchor?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['revocation-lists'], RevocationList, query), COLUMNS, 'CRLs'),
      ),
    );
  withExamples(list, 'anchor crl list', 'anchor crl list --anchor acme-ca -o json');
  const sources = crl
    .command('sources')
    .description('where CRLs and OCSP responses are fetched from, and how that goes')
    .option('--anchor <anchor>', 'those of one anchor')
    .action((query: { anchor?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['revocation-sources'], RevocationSource, query), SOURCE_COLUMNS, 'sources'),
      ),
    );
  withExamples(sources, 'anchor crl sources', 'anchor crl sources --anchor acme-ca');
}
