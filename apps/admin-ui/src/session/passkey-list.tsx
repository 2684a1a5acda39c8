import { Group, Text } from '@mantine/core';
import type { Passkey } from '../api/entities.js';
import { usePasskeys, useRemovePasskey, useRenamePasskey } from '../api/queries.js';
import { Removal } from '../parts/removal.js';
import { Rename } from '../parts/rename.js';
import { Rows, type Column } from '../parts/rows.js';
import { Failure, Loading } from '../parts/states.js';
import { When } from '../parts/when.js';

/** The own passkeys; each can be renamed, and all but the last one removed. */
export function PasskeyList() {
  const passkeys = usePasskeys();
  if (passkeys.isPending) return <Loading />;
  if (passkeys.isError) return <Failure error={passkeys.error} retry={() => void passkeys.refetch()} />;
  const { data } = passkeys;
  return (
    <>
      <Text>{inWords(data.length)}</Text>
      {data.length > 0 && (
        <Rows
          items={data}
          keyOf={({ id }) => id}
          columns={COLUMNS}
          action={(passkey) => <Change passkey={passkey} isLast={data.length === 1} />}
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<Passkey>[] = [
  {
    title: 'Name',
    cell: ({ name, created_at }) => (
      <div>
        <strong>{name}</strong>
        <Text size="sm" c="dimmed">
          added <When at={created_at} />
        </Text>
      </div>
    ),
  },
  { title: 'Last used', cell: ({ used_at, created_at }) => <When at={used_at ?? created_at} /> },
];

function Change({ passkey: { id, name }, isLast }: { passkey: Passkey; isLast: boolean }) {
  const rename = useRenamePasskey(id);
  const remove = useRemovePasskey();
  return (
    <Group gap="xs" justify="flex-end">
      <Rename name={name} note="So that you know it again." change={rename} compact />
      {!isLast && (
        <Removal
          label="Remove"
          of={name}
          title={`Remove ${name}?`}
          confirm="Remove passkey"
          change={remove}
          id={id}
        >
          Nobody signs in with it any more, and you are signed out everywhere but here. Remove it on the
          device, too: it is still offered there.
        </Removal>
      )}
    </Group>
  );
}

function inWords(count: number): string {
  if (count === 0) return 'You have no passkey yet. Without one, the next sign-in needs a new one-time link.';
  if (count === 1)
    return 'This is your only passkey, so it cannot be removed. A second one on another device saves you when it is lost.';
  return `You have ${count} passkeys.`;
}
