import { Text } from '@mantine/core';
import type { DenyEntry } from '../api/entities.js';
import { useList, useUnblock } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Page } from '../parts/page.js';
import { Removal } from '../parts/removal.js';
import { RouteButton } from '../parts/route-button.js';
import { Rows, type Column } from '../parts/rows.js';
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
        cli={cli}
        empty={
          <Empty action={block} cli={cli}>
            Nothing is stopped. Whoever is suspended stands here, and certificates that are blocked because
            their key was stolen.
          </Empty>
        }
      >
        {(entries) => (
          <Rows
            items={entries}
            keyOf={({ id }) => id}
            columns={COLUMNS}
            action={(entry) => isBlock(entry) && <Unblock thumbprint={entry['x5t#S256'] ?? ''} />}
          />
        )}
      </Listed>
    </Page>
  );
}

const COLUMNS: readonly Column<DenyEntry>[] = [
  { title: 'What', cell: (entry) => <Denied entry={entry} /> },
  { title: 'Since', cell: (entry) => <When at={entry.denied_at} /> },
  { title: 'Until', cell: (entry) => <Until entry={entry} /> },
  { title: 'By whom, and why', label: 'By', cell: (entry) => <By entry={entry} /> },
];

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
