import { Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useList, useOne } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { Empty, Failure, Listed, Loading, Status } from '../parts/states.js';
import { Suspension } from '../parts/suspension.js';
import { RequestTable } from '../requests/request-table.js';
import { Credentials } from './credentials.js';
import { Grants } from './grants.js';

export function Application() {
  const { client: id } = useParams({ from: '/shell/applications/$client' });
  const found = useOne('clients', id);
  if (found.isPending || found.isError) {
    return (
      <Page title={id} trail={<RouteLink to="/partners">Partners</RouteLink>}>
        {found.isPending ? <Loading /> : <Failure error={found.error} retry={() => void found.refetch()} />}
      </Page>
    );
  }
  const { value: client, etag } = found.data;
  const { partner, status, token_endpoint_auth_method: mode } = client;
  return (
    <Page
      title={id}
      trail={
        <>
          <RouteLink to="/partners">Partners</RouteLink> /
          <RouteLink to="/partners/$partner" params={{ partner }}>
            {partner}
          </RouteLink>
        </>
      }
      actions={<Suspension kind="application" id={id} status={status} etag={etag} />}
    >
      <dl className="facts" style={{ marginBottom: 24 }}>
        <dt>Client id</dt>
        <dd>
          <Value what="client id">{id}</Value>
        </dd>
        <dt>Status</dt>
        <dd>
          <Status status={status} />
          <PartnerSuspended partner={partner} />
        </dd>
        <dt>Identity</dt>
        <dd>
          {mode === 'tls_client_auth'
            ? 'Match by name: any certificate of the authority with the name below'
            : 'Pin certificate: only the certificates below'}{' '}
          <Text span size="sm" c="dimmed">
            ({mode})
          </Text>
        </dd>
      </dl>
      <div style={{ display: 'grid', gap: 20 }}>
        <Credentials client={client} />
        <Grants client={id} />
        <RecentRequests client={id} />
      </div>
    </Page>
  );
}

/** An active application of a suspended partner gets no token either. */
function PartnerSuspended({ partner }: { partner: string }) {
  const found = useOne('partners', partner);
  if (found.data?.value.status !== 'suspended') return null;
  return (
    <Text span ml="sm">
      Its partner is suspended, so it gets no token.
    </Text>
  );
}

function RecentRequests({ client }: { client: string }) {
  const list = useList('token-requests', { client, limit: '20' });
  return (
    <Card
      title="Recent token requests"
      action={
        <RouteLink to="/requests" search={{ client }}>
          All of this application
        </RouteLink>
      }
    >
      <Listed
        list={list}
        empty={
          <Empty cli={toCliLine('token', [], { 'client-id': client, cert: 'client.pem', key: 'client.key' })}>
            Nothing has asked for a token with this client id yet. This line does, with the certificate and
            its key:
          </Empty>
        }
      >
        {(requests) => <RequestTable requests={requests} withClient={false} />}
      </Listed>
    </Card>
  );
}
