import { Table } from '@mantine/core';
import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { Page, RouteLink } from '../parts/page.js';
import { RouteButton } from '../parts/route-button.js';
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
        {(resources) => (
          <Table className="rows">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Audience</Table.Th>
                <Table.Th>Provided by</Table.Th>
                <Table.Th>Scopes</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {resources.map(({ audience, partner, scopes }) => (
                <Table.Tr key={audience}>
                  <Table.Td data-label="Audience">
                    <Value what="audience">{audience}</Value>
                  </Table.Td>
                  <Table.Td data-label="Provided by">
                    <RouteLink to="/partners/$partner" params={{ partner }}>
                      {partner}
                    </RouteLink>
                  </Table.Td>
                  <Table.Td data-label="Scopes">
                    <span className="value">{scopes.join(' ')}</span>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Listed>
    </Page>
  );
}
