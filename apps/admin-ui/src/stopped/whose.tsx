import { Text, Title } from '@mantine/core';
import type { CertificateIdentity, CertificateToIdentify } from '../api/entities.js';
import { useIdentity } from '../api/queries.js';
import { NAMES } from '../applications/identity.js';
import { RouteLink } from '../parts/page.js';
import { Failure, Loading } from '../parts/states.js';
import { ApplicationLink } from './denied-cell.js';

type Owned = CertificateIdentity['credentials'][number];

/** The applications that a certificate, or the one with a thumbprint, belongs to as far as is known. */
export function Whose({ given }: { given: CertificateToIdentify }) {
  const identity = useIdentity(given);
  return (
    <section aria-label="Whose it is" aria-live="polite">
      <Title order={3} size="h4" mb="sm">
        Whose it is
      </Title>
      {identity.isPending && <Loading />}
      {identity.isError && <Failure error={identity.error} retry={() => void identity.refetch()} />}
      {identity.isSuccess && <Owners identity={identity.data} hasNames={given.certificate !== undefined} />}
    </section>
  );
}

function Owners({ identity, hasNames }: { identity: CertificateIdentity; hasNames: boolean }) {
  const { blocked, credentials } = identity;
  const byName = credentials.some(({ credential }) => 'anchor' in credential);
  return (
    <>
      {blocked && (
        <div className="note" data-tone="careful">
          <Text>
            It is blocked already; blocking it again only changes why.{' '}
            <RouteLink to="/stopped">See what is stopped</RouteLink>
          </Text>
        </div>
      )}
      {credentials.length === 0 ? (
        <Text>
          {hasNames
            ? 'No application is registered with this certificate, its key or a name in it. It can be blocked all the same.'
            : 'No application has pinned it. Whose name it carries is seen only in the certificate itself.'}
        </Text>
      ) : (
        <ul className="owners prose">
          {credentials.map((owned) => (
            <Owner key={owned.credential.id} owned={owned} />
          ))}
        </ul>
      )}
      {byName && (
        <Text size="sm" mt="xs">
          Where a name is registered, another certificate with it still counts. To stop the application
          itself, suspend it.
        </Text>
      )}
    </>
  );
}

function Owner({ owned: { partner, credential, acceptance } }: { owned: Owned }) {
  return (
    <li>
      <ApplicationLink client={credential.client} /> of{' '}
      <RouteLink to="/partners/$partner" params={{ partner }}>
        {partner}
      </RouteLink>
      <Text size="sm" component="div">
        {howKnown(credential)} {acceptance !== null && <Vouched {...acceptance} />}
      </Text>
    </li>
  );
}

/** Anybody can issue a certificate with a name: whether this one is of the authority that counts for it. */
function Vouched({ anchor, accepted, reason, meaning }: NonNullable<Owned['acceptance']>) {
  if (accepted) return <>{anchor} vouches for this certificate.</>;
  return (
    <>
      <strong>
        {anchor} does not vouch for this certificate now: {meaning}.
      </strong>
      {reason === 'issuer_unknown' && ' If its server sends intermediate certificates, add them here.'}
    </>
  );
}

function howKnown(credential: Owned['credential']): string {
  if (credential.kind === 'jwks_uri') return `It stands in the key set ${credential.url}.`;
  if (credential.kind === 'certificate')
    return credential.match === 'public-key' ? 'Its key is pinned.' : 'It is pinned.';
  return `Its ${NAMES[credential.kind].label} ${credential.value} is registered under ${credential.anchor}.`;
}
