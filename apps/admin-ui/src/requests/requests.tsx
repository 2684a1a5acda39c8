import { Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Page } from '../parts/page.js';
import { Empty, Listed } from '../parts/states.js';
import { RequestTable } from './request-table.js';

/** Who asked for tokens, and what became of it. */
export function Requests() {
  const filter = useSearch({ from: '/shell/requests' });
  const list = useList('token-requests', { ...filter, limit: '50' });
  return (
    <Page title="Requests">
      <Text mb="md">Requests for tokens, newest first, with the reason of each refusal.</Text>
      <Group gap="sm" mb="md" align="flex-end">
        <ByClient />
        <ByOutcome />
      </Group>
      <Listed list={list} empty={<NoRequests {...filter} />} cli={toCliLine('audit requests', [], filter)}>
        {(requests) => <RequestTable requests={requests} />}
      </Listed>
    </Page>
  );
}

function ByClient() {
  const { client } = useSearch({ from: '/shell/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const [typed, setTyped] = useState(client ?? '');
  const show = () =>
    void navigate({ search: (old) => ({ ...old, client: typed.trim() || undefined }), replace: true });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      <TextInput
        type="search"
        label="Client id"
        description="Exactly; press Enter"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={show}
      />
    </form>
  );
}

function ByOutcome() {
  const { outcome } = useSearch({ from: '/shell/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const show = (value: string) =>
    void navigate({
      search: (old) => ({ ...old, outcome: value === 'issued' || value === 'refused' ? value : undefined }),
      replace: true,
    });
  return (
    <SegmentedControl
      aria-label="Outcome"
      value={outcome ?? 'all'}
      data={['all', 'issued', 'refused']}
      onChange={show}
    />
  );
}

function NoRequests({ client, outcome }: { client?: string | undefined; outcome?: string | undefined }) {
  if (outcome !== undefined) return <Empty>No request for a token was {outcome} here.</Empty>;
  const line = { 'client-id': client ?? 'acme-orders', cert: 'client.pem', key: 'client.key' };
  return (
    <Empty cli={toCliLine('token', [], line)}>
      No request for a token is recorded here yet. This line makes one:
    </Empty>
  );
}
