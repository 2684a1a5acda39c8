import { Button, List, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { problemOf } from '../api/problem.js';
import { useAuth, useSession } from '../api/queries.js';
import { CliLine } from '../parts/copy.js';
import { Go } from '../parts/go.js';
import { KeyIcon } from '../parts/icons.js';
import { Entrance, Refusal } from './entrance.js';
import { passkeyObstacle, signInWithPasskey } from './passkey.js';

export function SignIn() {
  const { next } = useSearch({ from: '/sign-in' });
  const session = useSession();
  const signIn = useAuth(signInWithPasskey);
  const obstacle = passkeyObstacle();
  if (session.data) return <Go href={next ?? '/partners'} />;
  return (
    <Entrance title="Sign in">
      <Stack gap="md">
        <Text>Use the passkey that you set up here. There are no passwords.</Text>
        {signIn.isError && <Refusal>{problemOf(signIn.error).detail}</Refusal>}
        {obstacle !== undefined && <Refusal>{obstacle}</Refusal>}
        <Button
          size="md"
          leftSection={<KeyIcon />}
          loading={signIn.isPending}
          disabled={obstacle !== undefined}
          onClick={() => signIn.mutate(undefined)}
        >
          Sign in with a passkey
        </Button>
        <LostPasskey />
      </Stack>
    </Entrance>
  );
}

/** What is left when the passkey is gone. */
export function LostPasskey({ title = 'I have no passkey, or lost it' }: { title?: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <Stack gap="sm" mt="sm">
        <List spacing={6}>
          <List.Item>Ask another owner for a new one-time link.</List.Item>
          <List.Item>
            Or make one on the machine that runs Holdfast. It works once, within a short time, and stands in
            the audit:
          </List.Item>
        </List>
        <CliLine line="npx holdfast owner recover" label="In a checkout" />
        <CliLine line="docker compose run --rm admin owner recover" label="With Docker Compose" />
      </Stack>
    </details>
  );
}
