import { Group, List, Text } from '@mantine/core';
import type { Credential } from '../api/entities.js';
import { useEndCredential } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Removal } from '../parts/removal.js';

/** The two ways in which a credential ends, each with what makes it different from the other. */
export function EndCredential({ credential, isLast }: { credential: Credential; isLast: boolean }) {
  const shared = { of: nameOf(credential), id: credential.id };
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      <Removal
        {...shared}
        label="Retire"
        title="Retire this credential?"
        confirm="Retire for good"
        change={useEndCredential('retire')}
        cli={toCliLine('credential retire', [credential.id])}
      >
        <Text mb="xs">For one that was replaced in good order.</Text>
        <List spacing={6}>
          <List.Item>It gets no new token, within a second.</List.Item>
          <List.Item>
            Tokens that it has got <strong>work on until they end</strong>, for at most 240 seconds plus 10.
          </List.Item>
          <Finally isLast={isLast} />
        </List>
      </Removal>
      <Removal
        {...shared}
        label="Revoke"
        title="Revoke this credential?"
        confirm="Revoke for good"
        change={useEndCredential('revoke')}
        cli={toCliLine('credential revoke', [credential.id])}
      >
        <Text mb="xs">For one whose key leaked, or may have.</Text>
        <List spacing={6}>
          <List.Item>It gets no new token, within a second.</List.Item>
          <List.Item>
            <strong>{STOPS[isOneCertificate(credential) ? 'certificate' : 'client']}</strong> Within a second
            where the deny feed is followed; an API that does not follow it accepts them until they end, for
            at most 240 seconds plus 10.
          </List.Item>
          <Finally isLast={isLast} />
        </List>
      </Removal>
    </Group>
  );
}

/** A token tells the certificate that it is bound to, but not the name or key that its client was known by. */
const STOPS = {
  certificate: 'The tokens that it has got stop, too.',
  client:
    'All tokens that this application has got so far stop, too; it can get new ones by another credential.',
} as const;

const isOneCertificate = (credential: Credential): boolean =>
  credential.kind === 'certificate' && credential.match === 'certificate';

function Finally({ isLast }: { isLast: boolean }) {
  return (
    <List.Item>
      It cannot be brought back, only added anew.
      {isLast && ' It is the only one: after that, this application cannot get tokens at all.'}
    </List.Item>
  );
}

function nameOf(credential: Credential): string {
  if (credential.kind === 'certificate') return credential.subject;
  return credential.kind === 'jwks_uri' ? credential.url : credential.value;
}
