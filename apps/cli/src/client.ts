import { Option, type Command } from 'commander';
import { AUTH_METHODS, Client, Credential, Grant, type NewClient } from '@holdfast/admin-contract';
import { parseId, withCredentialOptions, withExamples, type CredentialOptions } from './arguments.js';
import { CREDENTIAL_COLUMNS, toCredentialFields } from './credential.js';
import { GRANT_COLUMNS } from './grant.js';
import { toRecord, toTable, type Column } from './output.js';
import type { Session } from './session.js';
import { addStatusSwitches } from './status-switch.js';

const COLUMNS: readonly Column<Client>[] = [
  ['ID', ({ id }) => id],
  ['PARTNER', ({ partner }) => partner],
  ['AUTH', (client) => client.token_endpoint_auth_method],
  ['STATUS', ({ status }) => status],
];

type CreateOptions = CredentialOptions & { partner: string; auth: NewClient['token_endpoint_auth_method'] };

/** `holdfast client create | list | show | suspend | resume`. */
export function addClientCommands(program: Command, session: Session): void {
  const client = program.command('client').description("partners' servers that get tokens");
  addCreate(client, session);
  const list = client
    .command('list')
    .description('all clients')
    .option('--partner <partner>', 'those of one partner')
    .action((query: { partner?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['clients'], Client, query), COLUMNS, 'clients'),
      ),
    );
  withExamples(list, 'client list', 'client list --partner acme', 'client list -o json');
  addShow(client, session);
  addStatusSwitches(client, session, {
    collection: 'clients',
    schema: Client,
    example: 'acme-orders',
    suspend: 'refuse it tokens',
    resume: 'let it get tokens again',
  });
}

function addCreate(client: Command, session: Session): void {
  const create = client
    .command('create')
    .description('register a client with its first credential')
    .argument('<id>', 'its client_id for good, like acme-orders', parseId)
    .requiredOption('--partner <partner>', 'whose client it is')
    .addOption(
      new Option('--auth <method>', 'how it is recognised (RFC 8705 §2)')
        .choices(AUTH_METHODS)
        .makeOptionMandatory(),
    );
  withCredentialOptions(create).action((id: string, options: CreateOptions) => {
    const body: NewClient = {
      id,
      partner: options.partner,
      token_endpoint_auth_method: options.auth,
      ...toCredentialFields(options, session.world),
    };
    return session.administer(async (api, out) => {
      out.item(await api.post(['clients'], Client, body));
      out.say(`Created client ${id}.`);
    });
  });
  withExamples(
    create,
    "client create acme-orders --partner acme --auth tls_client_auth --anchor acme-ca --subject-dn 'CN=orders,O=Acme,C=SE'",
    'client create acme-stock --partner acme --auth tls_client_auth --anchor acme-ca --san-dns stock.acme.example',
    'client create acme-stock --partner acme --auth tls_client_auth --anchor acme-ca --san-ip 2001:db8::7',
    'client create beta-sync --partner beta --auth self_signed_tls_client_auth --certificate beta.pem',
    'client create beta-sync --partner beta --auth self_signed_tls_client_auth --jwks-uri https://keys.beta.example/jwks.json',
  );
}

function addShow(client: Command, session: Session): void {
  const show = client
    .command('show')
    .description('one client with its credentials and grants')
    .argument('<id>', 'the client', parseId)
    .action((id: string) =>
      session.administer(async (api, out) => {
        const found = await api.get(['clients', id], Client);
        const credentials = await api.list(['credentials'], Credential, { client: id });
        const grants = await api.list(['grants'], Grant, { client: id });
        out.data({ ...found, credentials, grants }, () =>
          [
            toRecord(found),
            `\nCredentials: ${credentials.length}\n${toTable(credentials, CREDENTIAL_COLUMNS)}`,
            `\nGrants: ${grants.length}\n${toTable(grants, GRANT_COLUMNS)}`,
          ].join(''),
        );
      }),
    );
  withExamples(show, 'client show acme-orders', 'client show acme-orders -o yaml');
}
