import { Text } from '@mantine/core';
import type { KeySet } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { Value } from '../parts/copy.js';
import { When } from '../parts/when.js';

/** What was fetched from the address of a key set, until when it counts, and why the last attempt failed. */
export function KeySetState({ client, credential }: { client: string; credential: string }) {
  const list = useList('key-sets', { client, limit: '200' }, isUntried);
  if (list.isLoading) return <Text size="sm">…</Text>;
  if (list.error !== null) return <Text size="sm">What was fetched cannot be shown now.</Text>;
  const set = list.items.find((one) => one.credential === credential);
  if (set === undefined) return <Text size="sm">What was fetched is not known.</Text>;
  return (
    <>
      <Fetched set={set} />
      {set.last_error !== null && (
        <Text size="sm" component="div" mt={4}>
          <span className="status" data-tone="careful">
            not fetched
          </span>{' '}
          {set.last_error}. Tried again <When at={set.next_due} inline />
        </Text>
      )}
    </>
  );
}

const isUntried = ({ fetched_at: at, last_error: error }: KeySet): boolean => at === null && error === null;

function Fetched({ set: { thumbprints, fetched_at: at, fresh_until: until } }: { set: KeySet }) {
  if (until === null)
    return (
      <Text size="sm" c="dimmed">
        Nothing was fetched yet, so no certificate counts.
      </Text>
    );
  const isFresh = Date.parse(until) >= Date.now();
  return (
    <>
      <Text size="sm" component="div">
        {isFresh ? 'These certificates count until ' : 'No certificate counts any more, since '}
        <When at={until} inline />.
      </Text>
      {at !== null && (
        <Text size="sm" c="dimmed" component="div">
          Fetched <When at={at} inline />
        </Text>
      )}
      {thumbprints.map((thumbprint) => (
        <div key={thumbprint}>
          <Text span size="sm" c="dimmed">
            x5t#S256{' '}
          </Text>
          <Value what="x5t#S256">{thumbprint}</Value>
        </div>
      ))}
    </>
  );
}
