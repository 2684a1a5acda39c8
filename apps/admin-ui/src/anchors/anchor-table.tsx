import { Table } from '@mantine/core';
import type { Anchor } from '../api/entities.js';
import { Value } from '../parts/copy.js';
import { When } from '../parts/when.js';
import { ExceptionCell } from './exception-cell.js';
import { RevocationCell } from './revocation-cell.js';

export function AnchorTable({ anchors }: { anchors: readonly Anchor[] }) {
  return (
    <Table className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Id</Table.Th>
          <Table.Th>Authority</Table.Th>
          <Table.Th>Key (SHA-256)</Table.Th>
          <Table.Th>Valid until</Table.Th>
          <Table.Th>Revocation</Table.Th>
          <Table.Th>For servers only</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {anchors.map((anchor) => (
          <Table.Tr key={anchor.id}>
            <Table.Td data-label="Id">
              <span className="value">{anchor.id}</span>
            </Table.Td>
            <Table.Td data-label="Authority">
              <div>
                <Value what="subject">{anchor.subject}</Value>
                {anchor.intermediates.map(({ subject }) => (
                  <div key={subject}>with intermediate {subject}</div>
                ))}
              </div>
            </Table.Td>
            <Table.Td data-label="Key (SHA-256)">
              <Value what="key thumbprint">{anchor.key}</Value>
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
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
