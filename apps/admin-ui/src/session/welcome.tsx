import { Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { Session } from '../api/entities.js';
import { problemOf } from '../api/problem.js';
import { useAuth, useSession } from '../api/queries.js';
import { request } from '../api/request.js';
import { Go } from '../parts/go.js';
import { RouteButton } from '../parts/route-button.js';
import { Failure, Loading } from '../parts/states.js';
import { Entrance, Refusal } from './entrance.js';
import { takeLinkToken } from './link-token.js';
import { PasskeyForm } from './passkey-form.js';
import { addPasskey } from './passkey.js';
import { LostPasskey } from './sign-in.js';

// Before anything is drawn: the address shows the secret for as short a time as can be.
let waiting = location.pathname === '/welcome' ? takeLinkToken() : undefined;

const useLink = async (token: string) =>
  (await request<Session>('POST', '/auth/link', { body: { token } })).value;

/** Where a one-time link leads: opens a session, then a passkey is set up. */
export function Welcome() {
  const { mutate, isPending, isError, error } = useAuth(useLink);
  const session = useSession();
  useEffect(() => {
    const open = (token: string | undefined) => token !== undefined && mutate(token);
    open(waiting);
    waiting = undefined;
    const again = () => open(takeLinkToken());
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, [mutate]);
  if (isError) return <UnusableLink detail={problemOf(error).detail} />;
  if (isPending || session.isPending || waiting !== undefined) {
    return (
      <Entrance title="Welcome">
        <Loading />
      </Entrance>
    );
  }
  if (session.isError) {
    return (
      <Entrance title="Welcome">
        <Failure error={session.error} retry={() => void session.refetch()} />
      </Entrance>
    );
  }
  if (session.data === null) return <Go href="/sign-in" />;
  return <SetUp session={session.data} />;
}

function UnusableLink({ detail }: { detail: string }) {
  return (
    <Entrance title="This link cannot be used">
      <Stack gap="md">
        <Refusal>{detail}</Refusal>
        <Text>A link works once and for a short time. Sign in with your passkey, or get a new link.</Text>
        <RouteButton to="/sign-in" search={{}} reloadDocument>
          Go to sign-in
        </RouteButton>
        <LostPasskey />
      </Stack>
    </Entrance>
  );
}

function SetUp({ session }: { session: Session }) {
  const add = useAuth(addPasskey);
  if (add.isSuccess) return <Go href="/partners" />;
  return (
    <Entrance title={`Welcome, ${session.account.name}`}>
      <Stack gap="md">
        <Text>
          Set up a passkey now: it is how you sign in from here on. Your device asks for a fingerprint, a face
          or a PIN, and no secret leaves it.
        </Text>
        <PasskeyForm
          add={add}
          label="Name of this passkey"
          description="So that you know it again, when you have several."
          suggestion="This computer"
          submit="Set up a passkey"
          isMainAction
        />
        {session.mode === 'development' || session.via === 'passkey' ? (
          <GoOnWithout />
        ) : (
          <Text size="sm" c="dimmed">
            Without a passkey nothing else can be done here.
          </Text>
        )}
      </Stack>
    </Entrance>
  );
}

function GoOnWithout() {
  return (
    <div className="note" data-tone="careful">
      <Text mb="xs">
        You can go on without one, because this is a development installation. The next time you need a new
        link.
      </Text>
      <RouteButton to="/partners" variant="default">
        Go on without a passkey
      </RouteButton>
    </div>
  );
}
