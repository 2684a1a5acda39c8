import { Button, Group, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import type { AuditEntry } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { Page } from '../parts/page.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Listed } from '../parts/states.js';
import { When } from '../parts/when.js';

/** What was decided and changed, by whom and why. */
export function AuditPage() {
  const filter = useSearch({ from: '/shell/audit' });
  const list = useList('audit', { ...filter, limit: '50' });
  const cli = toCliLine('audit list', [], filter);
  return (
    <Page title="Audit">
      <Text mb="md">
        What was decided and changed, newest first. Events are chained; nothing here can be edited.
      </Text>
      <Filters key={JSON.stringify(filter)} />
      <Listed list={list} cli={cli} empty={<Empty cli={cli}>No event fits this filter.</Empty>}>
        {(entries) => (
          <Rows
            items={entries}
            keyOf={({ stream, seq }, index) => `${stream}-${seq}-${index}`}
            columns={COLUMNS}
          />
        )}
      </Listed>
    </Page>
  );
}

function Filters() {
  const filter = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const [typed, setTyped] = useState({
    kind: filter.kind ?? '',
    partner: filter.partner ?? '',
    client: filter.client ?? '',
  });
  const apply = (event: FormEvent) => {
    event.preventDefault();
    void navigate({
      search: {
        kind: typed.kind.trim() || undefined,
        partner: typed.partner.trim() || undefined,
        client: typed.client.trim() || undefined,
      },
    });
  };
  const field = (name: keyof typeof typed, label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={typed[name]}
      onChange={({ currentTarget: { value } }) => setTyped((old) => ({ ...old, [name]: value }))}
    />
  );
  return (
    <form onSubmit={apply} role="search" aria-label="Filter events">
      <Group gap="sm" mb="md" align="flex-end">
        {field('kind', 'Kind', 'client.suspended')}
        {field('partner', 'Partner', 'acme')}
        {field('client', 'Client', 'acme-orders')}
        <Button type="submit" variant="default">
          Filter
        </Button>
        <Button variant="default" onClick={() => void navigate({ search: {} })}>
          Show all
        </Button>
      </Group>
    </form>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  {
    title: 'What',
    cell: (entry) => (
      <div>
        <strong>{entry.kind}</strong>
        {entry.reason !== null && <div>{entry.reason}</div>}
        <Detail entry={entry} />
      </div>
    ),
  },
  { title: 'By', cell: ({ actor }) => <span className="value">{actor}</span> },
  {
    title: 'About',
    cell: ({ partner, client }) => (
      <span className="value">{[partner, client].filter((id) => id !== null).join(' / ')}</span>
    ),
  },
];

function Detail({ entry: { detail, request_id: requestId, stream, seq } }: { entry: AuditEntry }) {
  return (
    <details>
      <summary>Details</summary>
      {requestId !== null && (
        <Text size="sm">
          Request id <Value what="request id">{requestId}</Value>
        </Text>
      )}
      {stream !== null && (
        <Text size="sm">
          Chain {stream}, event {seq}
        </Text>
      )}
      {Object.keys(detail).length > 0 && (
        <pre className="detail value">{JSON.stringify(detail, null, 2)}</pre>
      )}
    </details>
  );
}
