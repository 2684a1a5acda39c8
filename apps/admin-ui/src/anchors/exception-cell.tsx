import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Anchor } from '../api/entities.js';
import { useChangeAnchor, useOne } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { attemptOf, Form } from '../parts/form.js';
import { Failure, Loading } from '../parts/states.js';
import { When } from '../parts/when.js';
import { exceptionState, toInstant } from './exception.js';

const LABELS = { server_auth_until: 'Accept until' };

/** Until when certificates for servers only count under an anchor, and a way to change that. */
export function ExceptionCell({ anchor }: { anchor: Anchor }) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <Stack gap={6} align="flex-start">
      <Standing until={anchor.server_auth_until} />
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Change the exception of ${anchor.id}`}
        onClick={() => setOpened(true)}
      >
        Change
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={<strong>Server certificates under {anchor.id}</strong>}
        closeButtonProps={{ 'aria-label': 'Close' }}
        centered
      >
        <Current id={anchor.id} onDone={close} />
      </Modal>
    </Stack>
  );
}

function Standing({ until }: { until: string | null }) {
  const state = exceptionState(until, new Date());
  if (until === null || state === 'none') return <Text size="sm">refused</Text>;
  return (
    <div>
      {state === 'in force' ? (
        'accepted until'
      ) : (
        <span className="status" data-tone={state === 'ended' ? 'bad' : 'careful'}>
          {state === 'ended' ? 'exception ended' : 'exception ends soon'}
        </span>
      )}
      <div>
        <When at={until} />
      </div>
    </div>
  );
}

/** Reads the anchor first: a change is refused if somebody else changed it meanwhile. */
function Current({ id, onDone }: { id: string; onDone: () => void }) {
  const found = useOne('anchors', id);
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />;
  return <Change anchor={found.data.value} etag={found.data.etag} onDone={onDone} />;
}

function Change({
  anchor: { id, server_auth_until: until },
  etag,
  onDone,
}: {
  anchor: Anchor;
  etag: string | undefined;
  onDone: () => void;
}) {
  const [day, setDay] = useState(until?.slice(0, 10) ?? '');
  const change = useChangeAnchor(id, etag);
  const attempt = attemptOf(change, LABELS);
  const send = (server_auth_until: string | null) =>
    change.mutate({ server_auth_until }, { onSuccess: onDone });
  return (
    <Form
      {...attempt}
      submit="Save"
      onSubmit={() => send(toInstant(day) ?? '')}
      onCancel={onDone}
      cli={toCliLine('anchor exception', [id], { 'server-auth-until': day })}
    >
      <UntilField day={day} onDay={setDay} error={attempt.problems.fields['server_auth_until']} autoFocus />
      {until !== null && (
        <Group>
          <Button color="red" variant="outline" onClick={() => send(null)} disabled={change.isPending}>
            End the exception now
          </Button>
        </Group>
      )}
    </Form>
  );
}

/** The day at whose beginning an exception ends. */
export function UntilField({
  day,
  onDay,
  error,
  optional = false,
  autoFocus = false,
}: {
  day: string;
  onDay: (day: string) => void;
  error: string | undefined;
  optional?: boolean;
  autoFocus?: boolean;
}) {
  return (
    <TextInput
      type="date"
      label={optional ? EXCEPTION_LABEL : LABELS.server_auth_until}
      description="For a public authority, whose certificates lack clientAuth. The exception ends at the beginning of that day (UTC), at most 400 days from now."
      value={day}
      onChange={(event) => onDay(event.currentTarget.value)}
      error={error}
      {...(autoFocus && { 'data-autofocus': true })}
    />
  );
}

export const EXCEPTION_LABEL = 'Accept certificates for servers only until (optional)';
