import { Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Partner } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Page, RouteLink } from '../parts/page.js';
import { RouteButton } from '../parts/route-button.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Listed, Status } from '../parts/states.js';

/** All partners; the search and the filter stand in the address. */
export function Partners() {
  const { q = '', status } = useSearch({ from: '/shell/partners' });
  const navigate = useNavigate({ from: '/partners' });
  const list = useList('partners', { limit: '200' });
  const wanted = list.items.filter(
    (partner) =>
      (status === undefined || partner.status === status) &&
      `${partner.id} ${partner.name}`.toLowerCase().includes(q.toLowerCase()),
  );
  const create = <RouteButton to="/partners/new">New partner</RouteButton>;
  return (
    <Page title="Partners" actions={create}>
      <Listed
        list={list}
        empty={
          <Empty action={create} cli={toCliLine('partner create', ['acme'], { name: 'Acme Ltd' })}>
            A partner is a company whose applications call your APIs, or whose API others call. Begin with
            one.
          </Empty>
        }
      >
        {() => (
          <>
            <Group gap="sm" mb="md" align="flex-end">
              <TextInput
                type="search"
                label="Search"
                placeholder="Name or id"
                value={q}
                onChange={({ currentTarget: { value } }) =>
                  void navigate({ search: (old) => ({ ...old, q: value || undefined }), replace: true })
                }
              />
              <SegmentedControl
                aria-label="Status"
                value={status ?? 'all'}
                data={['all', 'active', 'suspended']}
                onChange={(value) =>
                  void navigate({
                    search: (old) => ({
                      ...old,
                      status: value === 'active' || value === 'suspended' ? value : undefined,
                    }),
                    replace: true,
                  })
                }
              />
            </Group>
            <PartnerTable partners={wanted} />
          </>
        )}
      </Listed>
    </Page>
  );
}

function PartnerTable({ partners }: { partners: readonly Partner[] }) {
  if (partners.length === 0) return <Text role="status">No partner fits this search.</Text>;
  return <Rows items={partners} keyOf={({ id }) => id} columns={COLUMNS} />;
}

const COLUMNS: readonly Column<Partner>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => (
      <RouteLink to="/partners/$partner" params={{ partner: id }} fw={600}>
        {name}
      </RouteLink>
    ),
  },
  { title: 'Id', cell: ({ id }) => <span className="value">{id}</span> },
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
];
