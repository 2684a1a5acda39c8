import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react';
import { problemOf, toFieldProblems, type FieldProblems } from '../api/problem.js';
import { CliLine, Value } from './copy.js';

const NONE: FieldProblems = { fields: {}, general: [] };

/** How sending a form stands. */
export interface Attempt {
  readonly pending: boolean;
  readonly error: unknown;
  /** What the last attempt said, sorted to the fields. */
  readonly problems: FieldProblems;
  /** Of the fields, by their names. */
  readonly labels: Readonly<Record<string, string>>;
}

/** `aliases`: members of the API's input that stand at a field of another name. */
export function attemptOf(
  { isPending, error }: { readonly isPending: boolean; readonly error: unknown },
  labels: Attempt['labels'],
  aliases: Readonly<Record<string, string>> = {},
): Attempt {
  const failed = error !== null && error !== undefined;
  const problems = failed ? toFieldProblems(problemOf(error), Object.keys(labels), aliases) : NONE;
  return { pending: isPending, error, problems, labels };
}

interface FormProps extends Attempt {
  submit: string;
  onSubmit: () => void;
  onCancel?: () => void;
  cli?: string;
  /** Why the form cannot be sent as it is. */
  hold?: string | undefined;
  children: ReactNode;
}

/**
 * A form that keeps what was typed, shows every problem at once (the summary takes the focus), and says how the same is
 * done on the command line. The server judges; a field is only required here by what it answers.
 */
export function Form({ submit, onSubmit, onCancel, cli, hold, children, ...attempt }: FormProps) {
  const { pending, error } = attempt;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!pending && hold === undefined) onSubmit();
  };
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="md">
        {error !== null && error !== undefined && <ProblemSummary {...attempt} />}
        {children}
        <Group gap="sm">
          <Button type="submit" loading={pending} disabled={hold !== undefined}>
            {submit}
          </Button>
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
          {hold !== undefined && <Text size="sm">{hold}</Text>}
        </Group>
        {cli !== undefined && <SameOnCommandLine line={cli} />}
      </Stack>
    </form>
  );
}

function SameOnCommandLine({ line }: { line: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        The same on the command line
      </Text>
      <CliLine line={line} />
    </div>
  );
}

function ProblemSummary({ error, problems, labels }: Attempt) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [error]);
  const { request_id: requestId } = problemOf(error);
  const atFields = Object.entries(problems.fields);
  const count = atFields.length + problems.general.length;
  return (
    <div className="summary" role="alert" tabIndex={-1} ref={box}>
      <h2>{count === 1 ? 'This has to be put right' : `${count} things have to be put right`}</h2>
      <ul>
        {problems.general.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {atFields.map(([field, text]) => (
          <li key={field}>
            {labels[field] ?? field}: {text}
          </li>
        ))}
      </ul>
      {requestId !== undefined && (
        <Text size="sm" mt={6}>
          Request id: <Value what="request id">{requestId}</Value>
        </Text>
      )}
    </div>
  );
}
