import { Table, Text } from '@mantine/core';
import type { DenyEntry } from '../api/entities.js';
import { useList, useUnblock } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { CliLine } from '../parts/copy.js';
import { Page } from '../parts/page.js';
import { Removal } from '../parts/removal.js';
import { RouteButton } from '../parts/route-button.js';
import { Empty, Listed } from '../parts/states.js';
import { When } from '../parts/when.js';
import { Denied, isBlock, Until } from './denied-cell.js';

/** What no longer counts although a certificate or token says so. */
export function Stopped() {
  const list = useList('deny-entries', { limit: '50' });
  const block = <RouteButton to="/stopped/block">Block a certificate</RouteButton>;
  const cli = toCliLine('certificate denied');
  return (
    <Page title="Stopped" actions={block}>
      <Text mb="md">
        What counts no longer at the moment although a certificate or a token says so, as APIs hear it that
        follow the deny feed.
      </Text>
      <Listed
        list={list}
        empty={
          <Empty action={block} cli={cli}>
            Nothing is stopped. Whoever is suspended stands here, and certificates that are blocked because
            their key was stolen.
          </Empty>
        }
      >
        {(entries) => (
          <>
            <StoppedTable entries={entries} />
            <div style={{ marginTop: 20 }}>
              <CliLine line={cli} />
            </div>
          </>
        )}
      </Listed>
    </Page>
  );
}

function StoppedTable({ entries }: { entries: readonly DenyEntry[] }) {
  return (
    <Table className="rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>What</Table.Th>
          <Table.Th>Since</Table.Th>
          <Table.Th>Until</Table.Th>
          <Table.Th>By whom, and why</Table.Th>
          <Table.Th>
            <span className="visually-hidden">Action</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.id} style={{ verticalAlign: 'top' }}>
            <Table.Td data-label="What">
              <Denied entry={entry} />
            </Table.Td>
            <Table.Td data-label="Since">
              <When at={entry.denied_at} />
            </Table.Td>
            <Table.Td data-label="Until">
              <Until entry={entry} />
            </Table.Td>
            <Table.Td data-label="By">
              <By entry={entry} />
            </Table.Td>
            <Table.Td>{isBlock(entry) && <Unblock thumbprint={entry['x5t#S256'] ?? ''} />}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function By({ entry: { kind, denied_by: by, note } }: { entry: DenyEntry }) {
  return (
    <div>
      {by === null ? nobody(kind) : <span className="value">{by}</span>}
      {note !== null && <Text size="sm">{note}</Text>}
    </div>
  );
}

/** The one thing that partners stop themselves (RFC 7009); other entries may be from before it was recorded. */
const nobody = (kind: DenyEntry['kind']): string => (kind === 'jti' ? 'its application' : 'not recorded');

function Unblock({ thumbprint }: { thumbprint: string }) {
  return (
    <Removal
      label="Unblock"
      of={thumbprint}
      title="Unblock this certificate?"
      confirm="Unblock certificate"
      change={useUnblock()}
      id={thumbprint}
      cli={toCliLine('certificate unblock', [thumbprint])}
    >
      <Text>
        Within a second whoever holds its key can get and use tokens with it again, those that were issued
        before included. Do this only if you are sure that the key is where it belongs.
      </Text>
    </Removal>
  );
}
