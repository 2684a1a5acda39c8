import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { fieldProblems, Form } from './form.js';

const LABELS = { name: 'Name' };

/** The part of a mutation that a rename needs. */
interface Change {
  readonly mutate: (name: string, options: { onSuccess: () => void }) => void;
  readonly reset: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

/** A button that gives something another name. */
export function Rename({
  name,
  note,
  change,
  compact = false,
}: {
  name: string;
  note: ReactNode;
  change: Change;
  compact?: boolean;
}) {
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState(name);
  const problems = fieldProblems(change.error, Object.keys(LABELS));
  const close = () => {
    setOpened(false);
    change.reset();
  };
  return (
    <>
      <Button
        variant="default"
        {...(compact && { size: 'compact-sm', 'aria-label': `Rename ${name}` })}
        onClick={() => {
          setTyped(name);
          setOpened(true);
        }}
      >
        Rename
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={<strong>Rename {name}</strong>}
        closeButtonProps={{ 'aria-label': 'Close' }}
        centered
      >
        <Form
          submit="Rename"
          onSubmit={() => change.mutate(typed, { onSuccess: close })}
          onCancel={close}
          pending={change.isPending}
          error={change.error}
          problems={problems}
          labels={LABELS}
        >
          <TextInput
            label={LABELS.name}
            description={note}
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={problems.fields['name']}
          />
        </Form>
      </Modal>
    </>
  );
}
