import { Button, Group, Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { problemOf } from '../api/problem.js';
import { CliLine } from './copy.js';

/** Asks before something that others feel: says what will happen, and how to undo it. */
export function Confirm({
  opened,
  onClose,
  title,
  confirm,
  danger = false,
  pending,
  error,
  onConfirm,
  cli,
  children,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  confirm: string;
  danger?: boolean;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  cli?: string;
  children: ReactNode;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<strong>{title}</strong>}
      closeButtonProps={{ 'aria-label': 'Close' }}
      centered
    >
      {children}
      {error !== null && error !== undefined && (
        <div className="summary" role="alert">
          <Text>{problemOf(error).detail}</Text>
        </div>
      )}
      {cli !== undefined && (
        <div style={{ marginTop: 16 }}>
          <CliLine line={cli} />
        </div>
      )}
      <Group justify="flex-end" mt="lg" gap="sm">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button onClick={onConfirm} loading={pending} {...(danger && { color: 'red.9' })}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
