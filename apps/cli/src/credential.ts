import type { Command } from 'commander';
import { Credential, KeySet, type NewCredential } from '@holdfast/admin-contract';
import {
  parseId,
  requireOneCredential,
  toNameFields,
  withCredentialOptions,
  withExamples,
  type CredentialOptions,
} from './arguments.js';
import { readCertificatesToSend, readKeySetToSend } from './input-file.js';
import type { Column } from './output.js';
import type { Session } from './session.js';
import type { World } from './world.js';

export const CREDENTIAL_COLUMNS: readonly Column<Credential>[] = [
  ['ID', ({ id }) => id],
  ['CLIENT', ({ client }) => client],
  [
    'KIND',
    (credential) =>
      credential.kind === 'certificate' && credential.match === 'public-key' ? 'public-key' : credential.kind,
  ],
  ['NAME, X5T#S256 OR URL', recognised],
  ['ANCHOR', (credential) => ('anchor' in credential ? credential.anchor : '')],
  ['NOT AFTER', (credential) => (credential.kind === 'certificate' ? credential.not_after : '')],
];

function recognised(credential: Credential): string {
  if (credential.kind === 'certificate') return credential['x5t#S256'];
  return credential.kind === 'jwks_uri' ? credential.url : credential.value;
}

const KEY_SET_COLUMNS: readonly Column<KeySet>[] = [
  ['CREDENTIAL', ({ credential }) => credential],
  ['CLIENT', ({ client }) => client],
  ['URL', ({ url }) => url],
  ['X5T#S256', ({ thumbprints }) => thumbprints.join(' ')],
  ['FETCHED AT', ({ fetched_at }) => fetched_at],
  ['FRESH UNTIL', ({ fresh_until }) => fresh_until],
  ['LAST ERROR', ({ last_error }) => last_error],
  ['NEXT DUE', ({ next_due }) => next_due],
];

/** The options as fields of the admin API. Throws a Failure when they do not name one credential. */
export function toCredentialFields(options: CredentialOptions, world: World): Omit<NewCredential, 'client'> {
  requireOneCredential(options);
  const { certificate, jwks, jwksUri, match, anchor } = options;
  return {
    ...(certificate !== undefined && {
      certificate: readCertificatesToSend(certificate, '--certificate', world),
    }),
    ...(jwks !== undefined && { jwks: readKeySetToSend(jwks, '--jwks', world) }),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    ...(match !== undefined && { match }),
    ...(anchor !== undefined && { anchor }),
    ...toNameFields(options),
  };
}

/** `holdfast credential add | list | key-sets | retire | revoke`. */
export function addCredentialCommands(program: Command, session: Session): void {
  const credential = program.command('credential').description('what a client is recognised by');
  addAdd(credential, session);
  const list = credential
    .command('list')
    .description('the credentials of a client')
    .requiredOption('--client <client>', 'whose')
    .action((query: { client: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['credentials'], Credential, query), CREDENTIAL_COLUMNS, 'credentials'),
      ),
    );
  withExamples(list, 'credential list --client acme-orders', 'credential list --client acme-orders -o json');
  const keySets = credential
    .command('key-sets')
    .description('what was fetched from which --jwks-uri, and how that goes')
    .option('--client <client>', 'that of one client')
    .action((query: { client?: string }) =>
      session.administer(async (api, out) =>
        out.list(await api.list(['key-sets'], KeySet, query), KEY_SET_COLUMNS, 'key sets'),
      ),
    );
  withExamples(keySets, 'credential key-sets', 'credential key-sets --client beta-sync -o json');
  const retire = credential
    .command('retire')
    .description('take a credential out of use for good')
    .argument('<id>', 'the credential, as "credential list" shows it', parseId)
    .action((id: string) =>
      session.administer(async (api, out) => {
        out.item(await api.post(['credentials', id, 'retire'], Credential));
        out.say(`Retired credential ${id}.`);
      }),
    );
  withExamples(retire, 'credential retire ID');
  const revoke = credential
    .command('revoke')
    .description('the same, and the tokens that it has got stop counting within a second')
    .argument('<id>', 'the credential, as "credential list" shows it', parseId)
    .action((id: string) =>
      session.administer(async (api, out) => {
        out.item(await api.post(['credentials', id, 'revoke'], Credential));
        out.say(`Revoked credential ${id} and its tokens.`);
      }),
    );
  withExamples(revoke, 'credential revoke ID');
}

function addAdd(credential: Command, session: Session): void {
  const add = credential
    .command('add')
    .description('one more certificate or name, for instance before a rotation')
    .requiredOption('--client <client>', 'whose');
  withCredentialOptions(add).action((options: CredentialOptions & { client: string }) => {
    const body: NewCredential = { client: options.client, ...toCredentialFields(options, session.world) };
    return session.administer(async (api, out) => {
      const added = await api.post(['credentials'], Credential, body);
      out.item(added);
      out.say(`Added credential ${added.id}.`);
    });
  });
  withExamples(
    add,
    'credential add --client beta-sync --certificate beta-2027.pem',
    'credential add --client beta-sync --jwks beta.jwks.json --match public-key',
    'credential add --client beta-sync --jwks-uri https://keys.beta.example/jwks.json',
    "credential add --client acme-orders --anchor acme-ca --subject-dn 'CN=orders,O=Acme,C=SE'",
    'credential add --client acme-orders --anchor acme-ca --san-dns orders.acme.example',
    'credential add --client acme-orders --anchor acme-ca --san-uri spiffe://acme.example/orders',
  );
}
