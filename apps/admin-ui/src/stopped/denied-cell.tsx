import { Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { DenyEntry } from '../api/entities.js';
import { Value } from '../parts/copy.js';
import { RouteLink } from '../parts/page.js';
import { When } from '../parts/when.js';

/** Whether it is a block, which is taken back here; what else denies a certificate ends by itself. */
export const isBlock = ({ kind, expires_at: end }: DenyEntry): boolean =>
  kind === 'thumbprint' && end === null;

/** What is stopped, in words, with the way to it. */
export function Denied({ entry }: { entry: DenyEntry }) {
  const { kind, partner, client, resource, issued_before: before } = entry;
  switch (kind) {
    case 'partner':
      return (
        <What
          name={
            <>
              Partner <PartnerLink partner={partner ?? ''} />
            </>
          }
        >
          Suspended: none of its applications gets or uses a token.
        </What>
      );
    case 'client':
      return (
        <What
          name={
            <>
              {before === null ? 'Application' : 'Tokens of'} <ApplicationLink client={client ?? ''} />
            </>
          }
        >
          {before === null ? (
            'Suspended: it neither gets nor uses a token.'
          ) : (
            <>
              {entry.id.includes('/anchor/') ? 'A trust anchor was suspended' : 'A credential was revoked'};
              tokens that were issued later count.
            </>
          )}
        </What>
      );
    case 'thumbprint':
      return <DeniedCertificate entry={entry} />;
    case 'grant':
      return (
        <What
          name={
            <>
              Tokens of <ApplicationLink client={client ?? ''} /> for{' '}
              <span className="value">{resource}</span>
            </>
          }
        >
          The grant was removed; tokens that were issued later count.
        </What>
      );
    case 'jti':
      return (
        <What name="One token">
          Its own application has revoked it: <Value what="jti">{entry.jti ?? ''}</Value>
        </What>
      );
    case 'kid':
      return (
        <What name="Tokens signed by one key">
          That key was withdrawn: <Value what="kid">{entry.kid ?? ''}</Value>
        </What>
      );
  }
}

function DeniedCertificate({ entry }: { entry: DenyEntry }) {
  return (
    <What name="Certificate">
      {isBlock(entry)
        ? 'Blocked: nobody gets or uses a token with it.'
        : 'Its credential was revoked: tokens that are bound to it count no longer.'}
      <div>
        <Value what="x5t#S256">{entry['x5t#S256'] ?? ''}</Value>
      </div>
      {entry.clients.length > 0 && (
        <div>
          Of{' '}
          {entry.clients.map((client, index) => (
            <Fragment key={client}>
              {index > 0 && ', '}
              <ApplicationLink client={client} />
            </Fragment>
          ))}
        </div>
      )}
    </What>
  );
}

function What({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="prose">
      <strong>{name}</strong>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}

function PartnerLink({ partner }: { partner: string }) {
  return (
    <RouteLink to="/partners/$partner" params={{ partner }}>
      {partner}
    </RouteLink>
  );
}

export function ApplicationLink({ client }: { client: string }) {
  return (
    <RouteLink to="/applications/$client" params={{ client }}>
      {client}
    </RouteLink>
  );
}

/** Until when it is stopped. */
export function Until({ entry: { expires_at: end } }: { entry: DenyEntry }) {
  if (end === null) return <>it is taken back</>;
  return <When at={end} />;
}
