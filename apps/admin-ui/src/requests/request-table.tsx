import { Table, Text } from '@mantine/core';
import type { TokenRequest } from '../api/entities.js';
import { toSentence } from '../api/problem.js';
import { Value } from '../parts/copy.js';
import { RouteLink } from '../parts/page.js';
import { Status } from '../parts/states.js';
import { When } from '../parts/when.js';

/** Requests for tokens, with the reason of each refusal in words and what to do about it. */
export function RequestTable({
  requests,
  withClient = true,
}: {
  requests: readonly TokenRequest[];
  withClient?: boolean;
}) {
  return (
    <Table className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          {withClient && <Table.Th>Client</Table.Th>}
          <Table.Th>Outcome</Table.Th>
          <Table.Th>Why</Table.Th>
          <Table.Th>Request id</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {requests.map((request, index) => (
          <Table.Tr key={`${request.request_id}-${index}`} style={{ verticalAlign: 'top' }}>
            <Table.Td data-label="When">
              <When at={request.at} />
            </Table.Td>
            {withClient && (
              <Table.Td data-label="Client">
                <ClientOf request={request} />
              </Table.Td>
            )}
            <Table.Td data-label="Outcome">
              <Status status={request.outcome} />
            </Table.Td>
            <Table.Td data-label="Why">
              <Why request={request} />
            </Table.Td>
            <Table.Td data-label="Request id">
              {request.request_id !== null && <Value what="request id">{request.request_id}</Value>}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Only a proven client surely exists; what a stranger claimed is shown, never linked. */
function ClientOf({ request: { client, partner } }: { request: TokenRequest }) {
  if (client === null)
    return (
      <Text size="sm" c="dimmed">
        not said
      </Text>
    );
  if (partner === null) return <span className="value">{client} (claimed)</span>;
  return (
    <RouteLink to="/applications/$client" params={{ client }}>
      {client}
    </RouteLink>
  );
}

function Why({ request: { outcome, reason, meaning, remedy, told } }: { request: TokenRequest }) {
  if (outcome === 'issued')
    return (
      <Text size="sm" c="dimmed">
        All checks passed.
      </Text>
    );
  return (
    <div>
      <Text size="sm" fw={600}>
        {meaning === null ? reason : toSentence(meaning)}
      </Text>
      {remedy !== null && <Text size="sm">{remedy}</Text>}
      {reason !== null && (
        <Text size="sm" c="dimmed">
          <span className="value">{reason}</span>
          {told !== null && (told ? ', told to the caller' : ', not told to the caller')}
        </Text>
      )}
    </div>
  );
}
