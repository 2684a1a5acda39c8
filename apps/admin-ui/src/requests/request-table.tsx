import { Text } from '@mantine/core';
import type { TokenRequest } from '../api/entities.js';
import { toSentence } from '../api/problem.js';
import { Value } from '../parts/copy.js';
import { RouteLink } from '../parts/page.js';
import { Rows, type Column } from '../parts/rows.js';
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
    <Rows
      items={requests}
      keyOf={({ request_id: id }, index) => `${id}-${index}`}
      columns={withClient ? COLUMNS : COLUMNS.filter((column) => column !== CLIENT)}
    />
  );
}

const CLIENT: Column<TokenRequest> = { title: 'Client', cell: (request) => <ClientOf request={request} /> };
const COLUMNS: readonly Column<TokenRequest>[] = [
  { title: 'When', cell: ({ at }) => <When at={at} /> },
  CLIENT,
  { title: 'Outcome', cell: ({ outcome }) => <Status status={outcome} /> },
  { title: 'Why', cell: (request) => <Why request={request} /> },
  {
    title: 'Request id',
    cell: ({ request_id: id }) => id !== null && <Value what="request id">{id}</Value>,
  },
];

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
