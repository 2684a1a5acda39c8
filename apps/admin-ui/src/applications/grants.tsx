import { Button, MultiSelect, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Grant } from '../api/entities.js';
import { useCreate, useList, useRemoveGrant } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, RouteLink } from '../parts/page.js';
import { Removal } from '../parts/removal.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Listed } from '../parts/states.js';

/** Which APIs the application may call. */
export function Grants({ client }: { client: string }) {
  const [adding, setAdding] = useState(false);
  const list = useList('grants', { client, limit: '200' });
  const add = <Button onClick={() => setAdding(true)}>Add grant</Button>;
  const cli = toCliLine('grant add', [], {
    client,
    resource: 'https://api.acme.example',
    scope: 'orders:read',
  });
  return (
    <Card title="Grants" action={!adding && list.items.length > 0 && add}>
      {adding && (
        <div style={{ marginBottom: 20 }}>
          <AddGrant client={client} onDone={() => setAdding(false)} />
        </div>
      )}
      <Listed
        list={list}
        empty={
          !adding && (
            <Empty action={add} cli={cli}>
              A grant says which API this application may call, and with which scopes. Without one it gets no
              token.
            </Empty>
          )
        }
      >
        {(grants) => (
          <Rows
            items={grants}
            keyOf={({ id }) => id}
            columns={COLUMNS}
            action={(grant) => <Remove grant={grant} />}
          />
        )}
      </Listed>
    </Card>
  );
}

const COLUMNS: readonly Column<Grant>[] = [
  { title: 'Resource', cell: ({ resource }) => <Value what="resource">{resource}</Value> },
  { title: 'Scopes', cell: ({ scopes }) => <span className="value">{scopes.join(' ')}</span> },
];

function Remove({ grant }: { grant: Grant }) {
  return (
    <Removal
      label="Remove"
      of={`the grant for ${grant.resource}`}
      title="Remove this grant?"
      confirm="Remove grant"
      change={useRemoveGrant()}
      id={grant.id}
      cli={toCliLine('grant remove', [grant.id])}
    >
      {grant.client} gets no new token for {grant.resource}. Tokens that are out end within a second where the
      deny feed is followed, elsewhere after at most 240 seconds plus 10.
    </Removal>
  );
}

const LABELS = { resource: 'Resource', scopes: 'Scopes' };

function AddGrant({ client, onDone }: { client: string; onDone: () => void }) {
  const resources = useList('resources', { limit: '200' });
  const [resource, setResource] = useState<string | null>(null);
  const [scopes, setScopes] = useState<string[]>([]);
  const create = useCreate('grants');
  const attempt = attemptOf(create, LABELS);
  const errors = attempt.problems.fields;
  const known = resources.items.find(({ audience }) => audience === resource)?.scopes ?? [];
  return (
    <Form
      {...attempt}
      submit="Add grant"
      onSubmit={() => create.mutate({ client, resource: resource ?? '', scopes }, { onSuccess: onDone })}
      onCancel={onDone}
      cli={toCliLine('grant add', [], { client, resource: resource ?? 'RESOURCE', scope: scopes })}
    >
      <Stack gap="md" maw={560}>
        {resources.isSuccess && resources.items.length === 0 && (
          <div className="note" data-tone="careful">
            <Text>
              There is no resource yet. <RouteLink to="/resources/new">Create the API</RouteLink> first.
            </Text>
          </div>
        )}
        <Select
          label={LABELS.resource}
          description="The API that is called."
          data={resources.items.map(({ audience }) => audience)}
          value={resource}
          onChange={(value) => {
            setResource(value);
            setScopes([]);
          }}
          error={errors['resource']}
          searchable
        />
        <MultiSelect
          label={LABELS.scopes}
          description="What it may ask for, of the scopes that this API knows."
          data={[...known]}
          value={scopes}
          onChange={setScopes}
          disabled={resource === null}
          searchable
          error={errors['scopes']}
        />
      </Stack>
    </Form>
  );
}
