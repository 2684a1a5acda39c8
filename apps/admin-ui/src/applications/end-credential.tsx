import { Group, List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Credential } from '../api/entities.js';
import { useEndCredential } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Removal } from '../parts/removal.js';

type Verb = 'retire' | 'revoke';

/** The two ways in which a credential ends, each with what makes it different from the other. */
export function EndCredential(props: { credential: Credential; isLast: boolean }) {
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      <End {...props} verb="retire" />
      <End {...props} verb="revoke" />
    </Group>
  );
}

function End({ credential, isLast, verb }: { credential: Credential; isLast: boolean; verb: Verb }) {
  const { label, reason, tokens } = ENDS[verb];
  return (
    <Removal
      label={label}
      of={nameOf(credential)}
      title={`${label} this credential?`}
      confirm={`${label} for good`}
      change={useEndCredential(verb)}
      id={credential.id}
      cli={toCliLine(`credential ${verb}`, [credential.id])}
    >
      <Text mb="xs">{reason}</Text>
      <List spacing={6}>
        <List.Item>It gets no new token, within a second.</List.Item>
        <List.Item>{tokens(credential)}</List.Item>
        <List.Item>
          It cannot be brought back, only added anew.
          {isLast && ' It is the only one: after that, this application cannot get tokens at all.'}
        </List.Item>
      </List>
    </Removal>
  );
}

const ENDS: Readonly<
  Record<Verb, { label: string; reason: string; tokens: (credential: Credential) => ReactNode }>
> = {
  retire: {
    label: 'Retire',
    reason: 'For one that was replaced in good order.',
    tokens: () => (
      <>
        Tokens that it has got <strong>work on until they end</strong>, for at most 240 seconds plus 10.
      </>
    ),
  },
  revoke: {
    label: 'Revoke',
    reason: 'For one whose key leaked, or may have.',
    tokens: (credential) => (
      <>
        <strong>{STOPS[isOneCertificate(credential) ? 'certificate' : 'client']}</strong> Within a second
        where the deny feed is followed; an API that does not follow it accepts them until they end, for at
        most 240 seconds plus 10.
      </>
    ),
  },
};

/** A token tells the certificate that it is bound to, but not the name or key that its client was known by. */
const STOPS = {
  certificate: 'The tokens that it has got stop, too.',
  client:
    'All tokens that this application has got so far stop, too; it can get new ones by another credential.',
} as const;

const isOneCertificate = (credential: Credential): boolean =>
  credential.kind === 'certificate' && credential.match === 'certificate';

function nameOf(credential: Credential): string {
  if (credential.kind === 'certificate') return credential.subject;
  return credential.kind === 'jwks_uri' ? credential.url : credential.value;
}
