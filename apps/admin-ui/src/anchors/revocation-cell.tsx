import { Text } from '@mantine/core';
import type { Anchor } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { When } from '../parts/when.js';

const MODES: Readonly<Record<Anchor['revocation'], string>> = {
  hard: 'checked, unknown is refused',
  soft: 'checked, unknown is accepted',
  off: 'not checked',
};

/** What revocation means under an anchor and, where it is checked, until when the lists at hand are believed. */
export function RevocationCell({ anchor }: { anchor: Anchor }) {
  return (
    <div>
      {MODES[anchor.revocation]}
      {anchor.revocation !== 'off' && (
        <>
          <Lists anchor={anchor.id} />
          <FailingSources anchor={anchor.id} />
        </>
      )}
    </div>
  );
}

function Lists({ anchor }: { anchor: string }) {
  const { items, isLoading, error } = useList('revocation-lists', { anchor, limit: '200' });
  if (isLoading) return <Text size="xs">…</Text>;
  if (error !== null) return <Text size="xs">The lists cannot be shown now.</Text>;
  if (items.length === 0)
    return (
      <Text size="xs" c="dimmed">
        No list is at hand yet.
      </Text>
    );
  return items.map(({ id, issuer, state, next_update: next }) => (
    <Text key={id} size="xs" component="div">
      {state === 'fresh' ? 'Fresh' : 'Stale'}: {issuer}
      {next !== null && (
        <>
          , next update <When at={next} />
        </>
      )}
    </Text>
  ));
}

/** Why no list comes from an address that the authority names. */
function FailingSources({ anchor }: { anchor: string }) {
  const { items } = useList('revocation-sources', { anchor, limit: '200' });
  return items.flatMap(({ id, url, last_error: why, last_success: last }) =>
    why === null ? (
      []
    ) : (
      <Text key={id} size="xs" component="div" style={{ overflowWrap: 'anywhere' }}>
        Not fetched: {url}: {why}
        {last === null ? (
          ''
        ) : (
          <>
            , last fetched <When at={last} />
          </>
        )}
      </Text>
    ),
  );
}
