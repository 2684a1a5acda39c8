import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useAuth, useSession } from '../api/queries.js';
import { request } from '../api/request.js';
import { Card, Page } from '../parts/page.js';
import { PasskeyList } from './passkey-list.js';
import { PasskeyForm } from './passkey-form.js';
import { addPasskey } from './passkey.js';
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
  const add = useAuth(addPasskey);
  return (
    <>
      {add.isSuccess && <Text role="status">The passkey was added.</Text>}
      <PasskeyForm
        add={add}
        label="Name of the new passkey"
        description="For instance the device that keeps it."
        submit="Add a passkey"
      />
    </>
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
