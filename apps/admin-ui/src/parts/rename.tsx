import { Button, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Field } from './field.js';
import { attemptOf, Form } from './form.js';

const LABELS = { name: 'Name' };

/** The part of a mutation that a rename needs. */
interface Change {
  readonly mutate: (name: string, options: { onSuccess: () => void }) => void;
  readonly reset: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

interface RenameProps {
  name: string;
  note: ReactNode;
  change: Change;
}

/** A button that gives something another name. */
export function Rename({ compact = false, ...props }: RenameProps & { compact?: boolean }) {
  const { name, change } = props;
  const [opened, setOpened] = useState(false);
  const close = () => {
    setOpened(false);
    change.reset();
  };
  return (
    <>
      <Button
        variant="default"
        {...(compact && { size: 'compact-sm', 'aria-label': `Rename ${name}` })}
        onClick={() => setOpened(true)}
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
        <NewName {...props} onDone={close} />
      </Modal>
    </>
  );
}

/** Begins with the name that it has each time that it is opened. */
function NewName({ name, note, change, onDone }: RenameProps & { onDone: () => void }) {
  const [typed, setTyped] = useState(name);
  const attempt = attemptOf(change, LABELS);
  return (
    <Form
      {...attempt}
      submit="Rename"
      onSubmit={() => change.mutate(typed, { onSuccess: onDone })}
      onCancel={onDone}
    >
      <Field
        label={LABELS.name}
        description={note}
        data-autofocus
        value={typed}
        onChange={setTyped}
        error={attempt.problems.fields['name']}
      />
    </Form>
  );
}
