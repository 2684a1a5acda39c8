import { Button, List, Text } from '@mantine/core';
import { useState } from 'react';
import { useSwitch } from '../api/queries.js';
import { toCliLine } from './cli-line.js';
import { Confirm } from './confirm.js';

const WORDS = { suspend: 'Suspend', resume: 'Resume' } as const;

/** Suspends or resumes a partner or an application, after saying what that does and by when. */
export function Suspension({
  kind,
  id,
  status,
  etag,
}: {
  kind: 'partner' | 'application';
  id: string;
  status: 'active' | 'suspended';
  etag: string | undefined;
}) {
  // What was asked for, kept while the answer changes the status behind the dialog.
  const [asked, setAsked] = useState<'suspend' | 'resume'>();
  const change = useSwitch(kind === 'partner' ? 'partners' : 'clients', id);
  const next = status === 'active' ? 'suspend' : 'resume';
  const verb = asked ?? next;
  const word = WORDS[verb];
  const close = () => {
    setAsked(undefined);
    change.reset();
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsked(next)}>
        {WORDS[next]}
      </Button>
      <Confirm
        opened={asked !== undefined}
        onClose={close}
        title={`${word} ${id}?`}
        confirm={`${word} ${kind}`}
        danger={verb === 'suspend'}
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate({ verb, ifMatch: etag }, { onSuccess: close })}
        cli={toCliLine(`${kind === 'partner' ? 'partner' : 'client'} ${verb}`, [id])}
      >
        {verb === 'suspend' ? <SuspendEffect kind={kind} /> : <ResumeEffect kind={kind} />}
      </Confirm>
    </>
  );
}

function SuspendEffect({ kind }: { kind: 'partner' | 'application' }) {
  return (
    <>
      <Text mb="xs">
        {kind === 'partner' ? 'For every application of this partner:' : 'For this application:'}
      </Text>
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

function ResumeEffect({ kind }: { kind: 'partner' | 'application' }) {
  return (
    <Text>
      {kind === 'partner'
        ? 'Its applications can get tokens again within a second. An application that was suspended on its own stays suspended.'
        : 'It can get tokens again within a second, as long as its partner is active.'}
    </Text>
  );
}
