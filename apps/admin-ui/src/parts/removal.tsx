import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Confirm } from './confirm.js';

/** The part of a mutation that a removal needs. */
interface Change {
  readonly mutate: (id: string, options: { onSuccess: () => void }) => void;
  readonly reset: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

/** A button that takes one thing away for good, after saying what that does. */
export function Removal({
  label,
  of,
  title,
  confirm,
  change,
  id,
  cli,
  children,
}: {
  label: string;
  /** What is taken away, for those who hear the button without its row. */
  of: string;
  title: string;
  confirm: string;
  change: Change;
  id: string;
  cli?: string;
  children: ReactNode;
}) {
  const [opened, setOpened] = useState(false);
  const close = () => {
    setOpened(false);
    change.reset();
  };
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`${label} ${of}`}
        onClick={() => setOpened(true)}
      >
        {label}
      </Button>
      <Confirm
        opened={opened}
        onClose={close}
        title={title}
        confirm={confirm}
        danger
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate(id, { onSuccess: close })}
        {...(cli !== undefined && { cli })}
      >
        {children}
      </Confirm>
    </>
  );
}
