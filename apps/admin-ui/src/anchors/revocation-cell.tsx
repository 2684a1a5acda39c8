import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Anchor, RevocationList, RevocationSource } from '../api/entities.js';
import { useList } from '../api/queries.js';
import { Value } from '../parts/copy.js';
import { When } from '../parts/when.js';

const MODES: Readonly<Record<Anchor['revocation'], string>> = {
  hard: 'checked, unknown is refused',
  soft: 'checked, unknown is accepted',
  off: 'not checked',
};

/** What revocation means under an anchor and, where it is checked, until when what is at hand is believed. */
export function RevocationCell({ anchor }: { anchor: Anchor }) {
  return (
    <div>
      {MODES[anchor.revocation]}
      {anchor.revocation !== 'off' && <AtHand anchor={anchor.id} />}
    </div>
  );
}

function AtHand({ anchor }: { anchor: string }) {
  const query = { anchor, limit: '200' };
  const lists = useList('revocation-lists', query);
  const sources = useList('revocation-sources', query);
  if (lists.isLoading || sources.isLoading) return <Text size="sm">…</Text>;
  if (lists.error !== null || sources.error !== null)
    return <Text size="sm">What is at hand cannot be shown now.</Text>;
  const responders = sources.items.filter(({ kind }) => kind === 'ocsp');
  const isNothing = lists.items.length === 0 && responders.every(({ status }) => status === null);
  return (
    <>
      {isNothing && (
        <Text size="sm" c="dimmed">
          Nothing is at hand yet.
        </Text>
      )}
      {lists.items.map((list) => (
        <List key={list.id} list={list} />
      ))}
      <Responders responders={responders} />
      {sources.items.map((source) => (
        <Failure key={source.id} source={source} />
      ))}
    </>
  );
}

/** One thing at hand, with how it stands in a word. */
function Fact({
  word,
  tone,
  children,
}: {
  word: string;
  tone: 'good' | 'careful' | 'bad';
  children: ReactNode;
}) {
  return (
    <Text size="sm" component="div" mt={6}>
      <span className="status" data-tone={tone}>
        {word}
      </span>{' '}
      {children}
    </Text>
  );
}

function List({ list: { issuer, state, next_update: next } }: { list: RevocationList }) {
  return (
    <Fact word={state} tone={state === 'fresh' ? 'good' : 'bad'}>
      CRL of {issuer}
      {next !== null && (
        <>
          , next update <When at={next} inline />
        </>
      )}
    </Fact>
  );
}

/** How many certificates are called good, until when the first of them is, and each that is revoked. */
function Responders({ responders }: { responders: readonly RevocationSource[] }) {
  const good = responders.filter(({ status }) => status === 'good');
  const [soonest] = good.flatMap(({ fresh_until: until }) => until ?? []).sort();
  return (
    <>
      {soonest !== undefined && (
        <Fact word={`${good.length} good`} tone="good">
          by OCSP, the first until <When at={soonest} inline />
        </Fact>
      )}
      {responders
        .filter(({ status }) => status === 'revoked')
        .map(({ id, certificate }) => (
          <Fact key={id} word="revoked" tone="bad">
            by OCSP: <Value what="x5t#S256 of the revoked certificate">{certificate ?? ''}</Value>
          </Fact>
        ))}
    </>
  );
}

/** Why nothing comes from an address that the authority names. */
function Failure({ source: { url, last_error: why, last_success: last } }: { source: RevocationSource }) {
  if (why === null) return null;
  return (
    <Fact word="not fetched" tone="careful">
      <span className="value">{url}</span>: {why}
      {last !== null && (
        <>
          , last fetched <When at={last} inline />
        </>
      )}
    </Fact>
  );
}
