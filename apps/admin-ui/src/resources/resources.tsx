import type { Resource } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { Page, RouteLink } from '../parts/page.js';
import { RouteButton } from '../parts/route-button.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Listed } from '../parts/states.js';

/** The APIs that tokens are for. */
export function Resources() {
  const list = useList('resources', { limit: '200' });
  const create = <RouteButton to="/resources/new">New resource</RouteButton>;
  const cli = toCliLine('resource create', ['https://api.acme.example'], {
    partner: 'acme',
    scope: 'orders:read',
  });
  return (
    <Page title="Resources & scopes" actions={create}>
      <Listed
        list={list}
        empty={
          <Empty action={create} cli={cli}>
            A resource is an API that tokens are for; its scopes say what can be allowed there.
          </Empty>
        }
      >
        {(resources) => <Rows items={resources} keyOf={({ audience }) => audience} columns={COLUMNS} />}
      </Listed>
    </Page>
  );
}

const COLUMNS: readonly Column<Resource>[] = [
  { title: 'Audience', cell: ({ audience }) => <Value what="audience">{audience}</Value> },
  {
    title: 'Provided by',
    cell: ({ partner }) => (
      <RouteLink to="/partners/$partner" params={{ partner }}>
        {partner}
      </RouteLink>
    ),
  },
  { title: 'Scopes', cell: ({ scopes }) => <span className="value">{scopes.join(' ')}</span> },
];
