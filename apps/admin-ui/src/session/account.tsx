import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../api/problem.js';
import { useAuth, useSession } from '../api/queries.js';
import { request } from '../api/request.js';
import { Card, Page } from '../parts/page.js';
import { Refusal } from './entrance.js';
import { PasskeyList } from './passkey-list.js';
import { addPasskey, passkeyObstacle } from './passkey.js';
import { LostPasskey } from './sign-in.js';

export function Account() {
  const { data: session } = useSession();
  if (!session) return null;
  const { account, via } = session;
  return (
    <Page title="Account" actions={<SignOut />}>
      <div className="columns">
        <Card title="You">
          <dl className="facts">
            <dt>Name</dt>
            <dd>{account.name}</dd>
            <dt>Role</dt>
            <dd>{account.role}</dd>
            <dt>Signed in by</dt>
            <dd>{via === 'passkey' ? 'passkey' : 'one-time link'}</dd>
          </dl>
        </Card>
        <Card title="Passkeys">
          <Stack gap="md">
            <PasskeyList />
            <AddPasskey />
            <LostPasskey title="When all passkeys are lost" />
          </Stack>
        </Card>
      </div>
    </Page>
  );
}

function AddPasskey() {
  const obstacle = passkeyObstacle();
  const [name, setName] = useState('');
  const add = useAuth(addPasskey);
  if (obstacle !== undefined) return <Refusal>{obstacle}</Refusal>;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(name, { onSuccess: () => setName('') });
      }}
    >
      <Stack gap="sm" align="flex-start">
        {add.isError && <Refusal>{problemOf(add.error).detail}</Refusal>}
        {add.isSuccess && <Text role="status">The passkey was added.</Text>}
        <TextInput
          w="100%"
          label="Name of the new passkey"
          description="For instance the device that keeps it."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Add a passkey
        </Button>
      </Stack>
    </form>
  );
}

function SignOut() {
  const signOut = useMutation({
    mutationFn: () => request('POST', '/auth/sign-out'),
    // A fresh page: nothing of what was shown stays in memory.
    onSuccess: () => location.assign('/sign-in'),
  });
  return (
    <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
      Sign out
    </Button>
  );
}
