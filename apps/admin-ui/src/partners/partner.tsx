import { Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { Client } from '../api/entities.js';
import { useList, useOne, useRename } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Value } from '../parts/copy.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { Rename } from '../parts/rename.js';
import { RouteButton } from '../parts/route-button.js';
import { Rows, type Column } from '../parts/rows.js';
import { Empty, Failure, Listed, Loading, Status } from '../parts/states.js';
import { Suspension } from '../parts/suspension.js';
import { AnchorTable } from '../anchors/anchor-table.js';

const TRAIL = <RouteLink to="/partners">Partners</RouteLink>;

export function PartnerPage() {
  const { partner: id } = useParams({ from: '/shell/partners/$partner' });
  const found = useOne('partners', id);
  if (found.isPending) {
    return (
      <Page title={id} trail={TRAIL}>
        <Loading />
      </Page>
    );
  }
  if (found.isError) {
    return (
      <Page title={id} trail={TRAIL}>
        <Failure error={found.error} retry={() => void found.refetch()} />
      </Page>
    );
  }
  const { value: partner, etag } = found.data;
  return (
    <Page
      title={partner.name}
      trail={TRAIL}
      actions={
        <>
          <RenamePartner id={id} name={partner.name} etag={etag} />
          <Suspension kind="partner" id={id} status={partner.status} etag={etag} />
        </>
      }
    >
      <dl className="facts" style={{ marginBottom: 24 }}>
        <dt>Id</dt>
        <dd>
          <Value what="partner id">{partner.id}</Value>
        </dd>
        <dt>Status</dt>
        <dd>
          <Status status={partner.status} />
          {partner.status === 'suspended' && (
            <Text span ml="sm">
              None of its applications gets a token.
            </Text>
          )}
        </dd>
      </dl>
      <div style={{ display: 'grid', gap: 20 }}>
        <Applications partner={id} />
        <Anchors partner={id} />
      </div>
    </Page>
  );
}

/** Refused if somebody changed the partner meanwhile. */
function RenamePartner({ id, name, etag }: { id: string; name: string; etag: string | undefined }) {
  return <Rename name={name} note="The id stays as it is." change={useRename(id, etag)} />;
}

function Applications({ partner }: { partner: string }) {
  const list = useList('clients', { partner, limit: '200' });
  const create = (
    <RouteButton to="/partners/$partner/new-application" params={{ partner }}>
      New application
    </RouteButton>
  );
  const cli = toCliLine('client create', [`${partner}-orders`], {
    partner,
    auth: 'tls_client_auth',
    anchor: `${partner}-ca`,
    'subject-dn': 'CN=orders,O=Acme,C=SE',
  });
  return (
    <Card title="Applications" action={list.items.length > 0 && create}>
      <Listed
        list={list}
        empty={
          <Empty action={create} cli={cli}>
            An application is one program of this partner that asks for tokens; it proves itself with a
            certificate.
          </Empty>
        }
      >
        {(clients) => <Rows items={clients} keyOf={({ id }) => id} columns={COLUMNS} />}
      </Listed>
    </Card>
  );
}

const COLUMNS: readonly Column<Client>[] = [
  {
    title: 'Client id',
    cell: ({ id }) => (
      <RouteLink to="/applications/$client" params={{ client: id }} fw={600}>
        {id}
      </RouteLink>
    ),
  },
  {
    title: 'Identity',
    cell: ({ token_endpoint_auth_method: method }) =>
      method === 'tls_client_auth' ? 'Match by name' : 'Pin certificate',
  },
  { title: 'Status', cell: ({ status }) => <Status status={status} /> },
];

function Anchors({ partner }: { partner: string }) {
  const list = useList('anchors', { partner, limit: '200' });
  const add = (
    <RouteButton
      to="/anchors/new"
      search={{ partner }}
      variant={list.items.length > 0 ? 'default' : 'filled'}
    >
      Add trust anchor
    </RouteButton>
  );
  return (
    <Card title="Trust anchors" action={list.items.length > 0 && add}>
      <Listed
        list={list}
        empty={
          <Empty
            action={add}
            cli={toCliLine('anchor add', [`${partner}-ca`], { partner, file: 'ca.pem', revocation: 'hard' })}
          >
            A trust anchor is the authority that issues this partner&apos;s certificates. Applications that
            are matched by name need one.
          </Empty>
        }
      >
        {(anchors) => <AnchorTable anchors={anchors} />}
      </Listed>
    </Card>
  );
}
