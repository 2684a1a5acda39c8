import { Table, Text } from '@mantine/core';
import type { Anchor } from '../api/entities.js';
import { Value } from '../parts/copy.js';
import { Suspension } from '../parts/suspension.js';
import { Status } from '../parts/states.js';
import { When } from '../parts/when.js';
import { ExceptionCell } from './exception-cell.js';
import { RevocationCell } from './revocation-cell.js';

export function AnchorTable({ anchors }: { anchors: readonly Anchor[] }) {
  return (
    <Table className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Authority</Table.Th>
          <Table.Th>Valid until</Table.Th>
          <Table.Th>Revocation</Table.Th>
          <Table.Th>For servers only</Table.Th>
          <Table.Th>
            <span className="visually-hidden">Action</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {anchors.map((anchor) => (
          <Table.Tr key={anchor.id} style={{ verticalAlign: 'top' }}>
            <Table.Td data-label="Authority">
              <Authority anchor={anchor} />
            </Table.Td>
            <Table.Td data-label="Valid until">
              <When at={anchor.not_after} />
            </Table.Td>
            <Table.Td data-label="Revocation">
              <RevocationCell anchor={anchor} />
            </Table.Td>
            <Table.Td data-label="For servers only">
              <ExceptionCell anchor={anchor} />
            </Table.Td>
            <Table.Td>
              <Suspension
                kind="trust anchor"
                id={anchor.id}
                status={anchor.status}
                etag={undefined}
                compact
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

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
