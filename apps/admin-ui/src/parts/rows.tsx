import { Table } from '@mantine/core';
import type { Key, ReactNode } from 'react';

/** A column of a list. */
export interface Column<T> {
  readonly title: string;
  /** What a narrow screen calls the cell; the title if absent. */
  readonly label?: string;
  readonly cell: (item: T) => ReactNode;
}

/** A list as a table, whose rows are cards on a narrow screen. `action` is what can be done with one of it. */
export function Rows<T>({
  items,
  keyOf,
  columns,
  action,
}: {
  items: readonly T[];
  keyOf: (item: T, index: number) => Key;
  columns: readonly Column<T>[];
  action?: (item: T) => ReactNode;
}) {
  return (
    <Table className="rows">
      <Table.Thead>
        <Table.Tr>
          {columns.map(({ title }) => (
            <Table.Th key={title}>{title}</Table.Th>
          ))}
          {action !== undefined && (
            <Table.Th>
              <span className="visually-hidden">Action</span>
            </Table.Th>
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((item, index) => (
          <Table.Tr key={keyOf(item, index)}>
            {columns.map(({ title, label = title, cell }) => (
              <Table.Td key={title} data-label={label}>
                {cell(item)}
              </Table.Td>
            ))}
            {action !== undefined && <Table.Td>{action(item)}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
