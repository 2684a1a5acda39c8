import type { Command } from 'commander';
import { CertificateBlock, DenyEntry } from '@holdfast/admin-contract';
import { MAY_BEGIN_WITH_DASH, withExamples } from './arguments.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const COLUMNS: readonly Column<DenyEntry>[] = [
  ['KIND', ({ kind }) => kind],
  ['PARTNER', ({ partner }) => partner],
  ['CLIENT', ({ client }) => client],
  ['RESOURCE', ({ resource }) => resource],
  ['THUMBPRINT', (entry) => entry['x5t#S256']],
  ['TOKEN', ({ jti }) => jti],
  ['KEY', ({ kid }) => kid],
  ['DENIED AT', ({ denied_at }) => denied_at],
  ['UNTIL', ({ expires_at }) => expires_at],
  ['BY', ({ denied_by }) => denied_by],
  ['NOTE', ({ note }) => note],
];

const THUMBPRINT = `its SHA-256, base64url, as "holdfast cert inspect" prints it; ${MAY_BEGIN_WITH_DASH}`;

/** `holdfast certificate block | unblock | denied`. */
export function addCertificateCommands(program: Command, session: Session): void {
  const certificate = program
    .command('certificate')
    .description('certificates that nobody may use, whoever they belong to');
  const block = certificate
    .command('block')
    .description('no token is issued to or accepted from this certificate any more, within a second')
    .argument('<thumbprint>', THUMBPRINT)
    .option('--note <text>', 'why: stands beside the block and in the audit trail')
    .action((thumbprint: string, { note }: { note?: string }) =>
      session.administer(async (api, out) => {
        const body = { 'x5t#S256': thumbprint, ...(note !== undefined && { note }) };
        out.item(await api.post(['certificate-blocks'], CertificateBlock, body));
        out.say(`Blocked certificate ${thumbprint}.`);
      }),
    );
  withExamples(
    block,
    "certificate block THUMBPRINT --note 'laptop stolen'",
    "certificate block --note 'laptop stolen' -- -THUMBPRINT",
  );
  const unblock = certificate
    .command('unblock')
    .description('take a block back')
    .argument('<thumbprint>', THUMBPRINT)
    .action((thumbprint: string) =>
      session.administer(async (api, out) => {
        out.item(await api.delete(['certificate-blocks', thumbprint], CertificateBlock));
        out.say(`Certificate ${thumbprint} may be used again.`);
      }),
    );
  withExamples(unblock, 'certificate unblock THUMBPRINT', 'certificate unblock -- -THUMBPRINT');
  const denied = certificate
    .command('denied')
    .description('everything that no longer counts although a token says so, as the deny feed tells it')
    .action(() =>
      session.administer(async (api, out) =>
        out.list(await api.list(['deny-entries'], DenyEntry), COLUMNS, 'denials'),
      ),
    );
  withExamples(denied, 'certificate denied', 'certificate denied -o json');
}
