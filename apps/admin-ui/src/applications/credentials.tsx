import { Button, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Client, Credential } from '../api/entities.js';
import { useCreateAll, useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card } from '../parts/page.js';
import { Rows } from '../parts/rows.js';
import { Empty, Listed } from '../parts/states.js';
import { When } from '../parts/when.js';
import { IDENTITY_ALIASES, NAMES, toIdentityOptions, toSingleFields } from './identity.js';
import { EndCredential } from './end-credential.js';
import { KeySetState } from './key-set-state.js';
import { IdentityFields } from './identity-fields.js';
import { IDENTITY_LABELS, useIdentityDraft } from './use-identity-draft.js';

/** What the application is recognised by: names or certificates. */
export function Credentials({ client }: { client: Client }) {
  const [adding, setAdding] = useState(false);
  const list = useList('credentials', { client: client.id, limit: '200' });
  const what = client.token_endpoint_auth_method === 'tls_client_auth' ? 'Add name' : 'Add certificate';
  const add = <Button onClick={() => setAdding(true)}>{what}</Button>;
  return (
    <Card title="Credentials" action={!adding && list.items.length > 0 && add}>
      {adding && (
        <div style={{ marginBottom: 20 }}>
          <AddCredential
            client={client}
            taken={list.items.flatMap((each) => (each.kind === 'certificate' ? each['x5t#S256'] : []))}
            submit={what}
            onDone={() => setAdding(false)}
          />
        </div>
      )}
      <Listed
        list={list}
        empty={
          !adding && (
            <Empty action={add} cli={toCliLine('credential list', [], { client: client.id })}>
              Without a credential nobody can be this application.
            </Empty>
          )
        }
      >
        {(credentials) => <CredentialTable credentials={credentials} />}
      </Listed>
    </Card>
  );
}

function CredentialTable({ credentials }: { credentials: readonly Credential[] }) {
  const isName = credentials.some((credential) => 'anchor' in credential);
  return (
    <Rows
      items={credentials}
      keyOf={({ id }) => id}
      columns={[
        { title: 'Kind', cell: kindOf },
        { title: 'Compared', cell: (credential) => <Compared credential={credential} /> },
        {
          title: isName ? 'Under' : 'Valid until',
          cell: (credential) => <Limit credential={credential} />,
        },
      ]}
      action={(credential) => <EndCredential credential={credential} isLast={credentials.length === 1} />}
    />
  );
}

function kindOf({ kind }: Credential): string {
  if (kind === 'certificate') return 'Certificate';
  return kind === 'jwks_uri' ? 'Key set' : NAMES[kind].label;
}

/** Under which authority a name counts, or until when a certificate does. */
function Limit({ credential }: { credential: Credential }) {
  if (credential.kind === 'certificate') return <When at={credential.not_after} />;
  if (credential.kind === 'jwks_uri') return <span>as each certificate says</span>;
  return (
    <span>
      anchor <span className="value">{credential.anchor}</span>
    </span>
  );
}

function Compared({ credential }: { credential: Credential }) {
  if (credential.kind === 'jwks_uri')
    return (
      <div>
        <Value what="jwks_uri">{credential.url}</Value>
        <KeySetState client={credential.client} credential={credential.id} />
      </div>
    );
  if (credential.kind !== 'certificate') return <Value what="registered name">{credential.value}</Value>;
  return (
    <div>
      <div>{credential.subject}</div>
      <Text span size="sm" c="dimmed">
        x5t#S256{' '}
      </Text>
      <Value what="x5t#S256">{credential['x5t#S256']}</Value>
      {credential.match === 'public-key' && (
        <Text size="sm">or any other certificate with its public key</Text>
      )}
    </div>
  );
}

interface AdditionProps {
  client: Client;
  /** Thumbprints of the certificates that it has. */
  taken: readonly string[];
  submit: string;
  onDone: () => void;
}

function AddCredential({ client, taken, submit, onDone }: AdditionProps) {
  const { identity, hold, fields } = useIdentityDraft(client.partner, client.token_endpoint_auth_method);
  const create = useCreateAll('credentials');
  const attempt = attemptOf(create, IDENTITY_LABELS, IDENTITY_ALIASES);
  const known = taken.join(' ');
  const shown = useMemo(() => new Set(known.split(' ')), [known]);
  const credentials = toSingleFields(identity).map((each) => ({ client: client.id, ...each }));
  const options = toIdentityOptions({ ...identity, pins: [] });
  return (
    <Form
      {...attempt}
      submit={credentials.length > 1 ? `Add ${credentials.length} certificates` : submit}
      onSubmit={() => create.mutate(credentials, { onSuccess: onDone })}
      onCancel={onDone}
      hold={hold}
      cli={toCliLine('credential add', [], { client: client.id, ...options })}
    >
      <IdentityFields {...fields} problems={attempt.problems.fields} taken={shown} />
    </Form>
  );
}
