import { Button, List, Text } from '@mantine/core';
import { useState } from 'react';
import { useSwitch } from '../api/queries.js';
import { toCliLine } from './cli-line.js';
import { Confirm } from './confirm.js';

const WORDS = { suspend: 'Suspend', resume: 'Resume' } as const;

type Collection = Parameters<typeof useSwitch>[0];

/** What may be suspended: where it is in the API and on the command line, and what that means. */
const KINDS = {
  partner: {
    collection: 'partners',
    command: 'partner',
    whom: 'For every application of this partner:',
    resumed:
      'Its applications can get tokens again within a second. An application that was suspended on its own stays suspended.',
  },
  application: {
    collection: 'clients',
    command: 'client',
    whom: 'For this application:',
    resumed: 'It can get tokens again within a second, as long as its partner is active.',
  },
  'trust anchor': {
    collection: 'anchors',
    command: 'anchor',
    whom: 'It vouches for nobody. For every application that is known by a name under it:',
    resumed:
      'It vouches again within a second for applications that are known by a name under it; the tokens that were stopped with it count again.',
  },
} as const satisfies Record<
  string,
  { collection: Collection; command: string; whom: string; resumed: string }
>;

interface SuspensionProps {
  kind: keyof typeof KINDS;
  id: string;
  status: 'active' | 'suspended';
  etag: string | undefined;
  /** In a row of a table, whose buttons are small and say what they are about. */
  compact?: boolean;
}

/** Suspends or resumes something, after saying what that does and by when. */
export function Suspension({ kind, id, status, etag, compact = false }: SuspensionProps) {
  // What was asked for, kept while the answer changes the status behind the dialog.
  const [asked, setAsked] = useState<'suspend' | 'resume'>();
  const { collection, command, whom, resumed } = KINDS[kind];
  const change = useSwitch(collection, id);
  const next = status === 'active' ? 'suspend' : 'resume';
  const verb = asked ?? next;
  const close = () => {
    setAsked(undefined);
    change.reset();
  };
  const small = compact && { size: 'compact-sm', 'aria-label': `${WORDS[next]} ${id}` };
  return (
    <>
      <Button variant="default" {...small} onClick={() => setAsked(next)}>
        {WORDS[next]}
      </Button>
      <Confirm
        opened={asked !== undefined}
        onClose={close}
        title={`${WORDS[verb]} ${id}?`}
        confirm={`${WORDS[verb]} ${kind}`}
        danger={verb === 'suspend'}
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate({ verb, ifMatch: etag }, { onSuccess: close })}
        cli={toCliLine(`${command} ${verb}`, [id])}
      >
        {verb === 'suspend' ? <SuspendEffect whom={whom} /> : <Text>{resumed}</Text>}
      </Confirm>
    </>
  );
}

function SuspendEffect({ whom }: { whom: string }) {
  return (
    <>
      <Text mb="xs">{whom}</Text>
      <List spacing={6}>
        <List.Item>New tokens are refused within a second.</List.Item>
        <List.Item>
          Tokens that are out already end within a second at APIs that follow the deny feed; at others they
          work for at most 240 seconds, plus 10 seconds for clocks that differ.
        </List.Item>
        <List.Item>Nothing is deleted. Resuming brings everything back as it is now.</List.Item>
      </List>
    </>
  );
}
