import { Button, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { problemOf } from '../api/problem.js';
import { Refusal } from './entrance.js';
import { passkeyObstacle } from './passkey.js';

/** The part of a mutation that adds a passkey of this name. */
interface Addition {
  readonly mutate: (name: string, options: { onSuccess: () => void }) => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

/** Names a passkey and has the browser make it; where it cannot make one, this says why instead. */
export function PasskeyForm({
  add,
  label,
  description,
  suggestion = '',
  submit,
  isMainAction = false,
}: {
  add: Addition;
  label: string;
  description: string;
  suggestion?: string;
  submit: string;
  isMainAction?: boolean;
}) {
  const obstacle = passkeyObstacle();
  const [name, setName] = useState(suggestion);
  if (obstacle !== undefined) return <Refusal>{obstacle}</Refusal>;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(name, { onSuccess: () => setName(suggestion) });
      }}
    >
      <Stack gap="md">
        {add.error !== null && <Refusal>{problemOf(add.error).detail}</Refusal>}
        <TextInput
          label={label}
          description={description}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          loading={add.isPending}
          {...(isMainAction ? { size: 'md' } : { variant: 'default', w: 'fit-content' })}
        >
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
