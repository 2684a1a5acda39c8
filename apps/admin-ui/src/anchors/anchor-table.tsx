import { Text } from '@mantine/core';
import type { Anchor } from '../api/entities.js';
import { Value } from '../parts/copy.js';
import { Rows, type Column } from '../parts/rows.js';
import { Suspension } from '../parts/suspension.js';
import { Status } from '../parts/states.js';
import { When } from '../parts/when.js';
import { ExceptionCell } from './exception-cell.js';
import { RevocationCell } from './revocation-cell.js';

/** The authorities of one partner. */
export function AnchorTable({ anchors }: { anchors: readonly Anchor[] }) {
  return (
    <Rows
      items={anchors}
      keyOf={({ id }) => id}
      columns={COLUMNS}
      action={({ id, status }) => (
        <Suspension kind="trust anchor" id={id} status={status} etag={undefined} compact />
      )}
    />
  );
}

const COLUMNS: readonly Column<Anchor>[] = [
  { title: 'Authority', cell: (anchor) => <Authority anchor={anchor} /> },
  { title: 'Valid until', cell: (anchor) => <When at={anchor.not_after} /> },
  { title: 'Revocation', cell: (anchor) => <RevocationCell anchor={anchor} /> },
  { title: 'For servers only', cell: (anchor) => <ExceptionCell anchor={anchor} /> },
];

function Authority({ anchor: { id, status, subject, intermediates, key } }: { anchor: Anchor }) {
  return (
    <div>
      <strong>{id}</strong> {status === 'suspended' && <Status status={status} />}
      <div>
        <Value what="subject">{subject}</Value>
      </div>
      {intermediates.map((each) => (
        <Text key={each.subject} size="sm">
          with intermediate {each.subject}
        </Text>
      ))}
      <Text span size="sm" c="dimmed">
        SHA-256 of its key{' '}
      </Text>
      <Value what="key thumbprint">{key}</Value>
    </div>
  );
}
