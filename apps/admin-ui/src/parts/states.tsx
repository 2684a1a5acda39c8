import { Button, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { problemOf } from '../api/problem.js';
import { CliLine, Value } from './copy.js';

/** Status as a word; the colour only repeats it. */
export function Status({ status }: { status: 'active' | 'suspended' | 'issued' | 'refused' }) {
  const good = status === 'active' || status === 'issued';
  return (
    <span className="status" data-tone={good ? 'good' : 'bad'}>
      {status}
    </span>
  );
}

export function Loading() {
  return (
    <div role="status" aria-label="Loading">
      <Stack gap="sm">
        <Skeleton height={22} width="60%" />
        <Skeleton height={18} />
        <Skeleton height={18} />
        <Skeleton height={18} width="80%" />
      </Stack>
    </div>
  );
}

/** What could not be shown, why, and again. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { title, detail, request_id: requestId } = problemOf(error);
  return (
    <div className="summary" role="alert">
      <h2>{title}</h2>
      <Text>{detail}</Text>
      {requestId !== undefined && (
        <Text size="sm" mt={6}>
          Request id: <Value what="request id">{requestId}</Value>
        </Text>
      )}
      <Button mt="sm" variant="default" onClick={retry}>
        Try again
      </Button>
    </div>
  );
}

/** Teaches what a list is for: one sentence, one button, one line for the command line. */
export function Empty({ children, action, cli }: { children: ReactNode; action?: ReactNode; cli?: string }) {
  return (
    <div className="empty">
      <Text maw={520} mx="auto" mb={action === undefined ? 0 : 'md'}>
        {children}
      </Text>
      {action}
      {cli !== undefined && <CliLine line={cli} />}
    </div>
  );
}

interface Listing<T> {
  readonly items: readonly T[];
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly error: unknown;
  readonly refetch: () => unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
}

/** A list in each of its states; below it, what shows the same on the command line. */
export function Listed<T>({
  list,
  empty,
  cli,
  children,
}: {
  list: Listing<T>;
  empty: ReactNode;
  cli?: string;
  children: (items: readonly T[]) => ReactNode;
}) {
  if (list.isPending) return <Loading />;
  if (list.isError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  if (list.items.length === 0) return empty;
  return (
    <>
      {children(list.items)}
      {list.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Load more
        </Button>
      )}
      {cli !== undefined && (
        <div style={{ marginTop: 20 }}>
          <CliLine line={cli} />
        </div>
      )}
    </>
  );
}
