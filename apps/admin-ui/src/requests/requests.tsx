import { Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { CliLine } from '../parts/copy.js';
import { Page } from '../parts/page.js';
import { Empty, Listed } from '../parts/states.js';
import { RequestTable } from './request-table.js';

/** Who asked for tokens, and what became of it. */
export function Requests() {
  const { client, outcome } = useSearch({ from: '/shell/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const [typed, setTyped] = useState(client ?? '');
  const list = useList('token-requests', { client, outcome, limit: '50' });
  const cli = toCliLine('audit requests', [], { client, outcome });
  const show = (value: string) =>
    navigate({ search: (old) => ({ ...old, client: value || undefined }), replace: true });
  return (
    <Page title="Requests">
      <Text mb="md">Requests for tokens, newest first, with the reason of each refusal.</Text>
      <Group gap="sm" mb="md" align="flex-end">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void show(typed.trim());
          }}
        >
          <TextInput
            type="search"
            label="Client id"
            description="Exactly; press Enter"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => void show(typed.trim())}
          />
        </form>
        <SegmentedControl
          aria-label="Outcome"
          value={outcome ?? 'all'}
          data={['all', 'issued', 'refused']}
          onChange={(value) =>
            void navigate({
              search: (old) => ({
                ...old,
                outcome: value === 'issued' || value === 'refused' ? value : undefined,
              }),
              replace: true,
            })
          }
        />
      </Group>
      <Listed list={list} empty={<NoRequests client={client} outcome={outcome} />}>
        {(requests) => (
          <>
            <RequestTable requests={requests} />
            <div style={{ marginTop: 20 }}>
              <CliLine line={cli} />
            </div>
          </>
        )}
      </Listed>
    </Page>
  );
}

function NoRequests({ client, outcome }: { client: string | undefined; outcome: string | undefined }) {
  if (outcome !== undefined) return <Empty>No request for a token was {outcome} here.</Empty>;
  const line = { 'client-id': client ?? 'acme-orders', cert: 'client.pem', key: 'client.key' };
  return (
    <Empty cli={toCliLine('token', [], line)}>
      No request for a token is recorded here yet. This line makes one:
    </Empty>
  );
}
