import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate, useList } from '../api/queries.js';
import { holdOf, type Reading } from '../certificates/use-insight.js';
import { toCliLine } from '../parts/cli-line.js';
import { fieldProblems, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import {
  EMPTY_IDENTITY,
  IDENTITY_ALIASES,
  toCredentialFields,
  toIdentityOptions,
  type Mode,
} from './identity.js';
import { IdentityFields } from './identity-fields.js';

const LABELS = {
  id: 'Client id',
  anchor: 'Trust anchor',
  name: 'Name',
  certificate: 'Certificate',
  jwks_uri: 'Address of the JWK Set',
};

export function NewApplication() {
  const { partner } = useParams({ from: '/shell/partners/$partner/new-application' });
  const [id, setId] = useState('');
  const [draft, setDraft] = useState(EMPTY_IDENTITY);
  const [reading, setReading] = useState<Reading>();
  const anchors = useList('anchors', { partner, limit: '200' });
  const create = useCreate('clients');
  const navigate = useNavigate();
  const [only] = anchors.items;
  // With one anchor there is nothing to choose.
  const identity =
    draft.anchor === '' && anchors.items.length === 1 ? { ...draft, anchor: only?.id ?? '' } : draft;
  const problems = fieldProblems(create.error, Object.keys(LABELS), IDENTITY_ALIASES);
  const submit = () =>
    create.mutate(
      { id, partner, token_endpoint_auth_method: identity.mode, ...toCredentialFields(identity) },
      {
        onSuccess: (client) => void navigate({ to: '/applications/$client', params: { client: client.id } }),
      },
    );
  return (
    <Page
      title="New application"
      trail={
        <>
          <RouteLink to="/partners">Partners</RouteLink> /
          <RouteLink to="/partners/$partner" params={{ partner }}>
            {partner}
          </RouteLink>
        </>
      }
    >
      <Card title="How it is known">
        <Form
          submit="Create application"
          onSubmit={submit}
          pending={create.isPending}
          error={create.error}
          problems={problems}
          labels={LABELS}
          hold={holdOf(reading)}
          cli={toCliLine('client create', [id], {
            partner,
            auth: identity.mode,
            ...toIdentityOptions(identity),
          })}
        >
          <TextInput
            maw={560}
            label={LABELS.id}
            description="What it sends as client_id, for good: 3 to 63 lower-case letters, digits and hyphens."
            placeholder={`${partner}-orders`}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={problems.fields['id']}
            autoCapitalize="off"
            spellCheck={false}
          />
          <ModeChoice
            mode={draft.mode}
            onMode={(mode) => {
              setReading(undefined);
              setDraft((old) => ({ ...old, mode }));
            }}
          />
          <IdentityFields
            draft={identity}
            onDraft={setDraft}
            onReading={setReading}
            anchors={anchors.items}
            partner={partner}
            problems={problems.fields}
          />
        </Form>
      </Card>
    </Page>
  );
}

/** The one choice that decides how a rotation feels, with its consequences written out. */
function ModeChoice({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) {
  return (
    <Radio.Group label="Identity mode" value={mode} onChange={(value) => onMode(value as Mode)}>
      <Stack gap="sm" mt={6}>
        <div className="choice">
          <Radio value="tls_client_auth" label={<strong>Match by name</strong>} />
          <Text size="sm" mt={4} pl={32}>
            Any certificate from the partner&apos;s authority with one name, that you choose, is this
            application. When the authority issues the next certificate with that name, nothing has to be done
            here. Whoever gets such a certificate from that authority is the application, so the authority
            must check names.
          </Text>
        </div>
        <div className="choice">
          <Radio value="self_signed_tls_client_auth" label={<strong>Pin certificate</strong>} />
          <Text size="sm" mt={4} pl={32}>
            Only the certificates that you add are this application, or any with their keys if you choose so;
            they may be self-signed, no authority is needed. Before one expires, the next one has to be added
            here, or the partner is locked out that day.
          </Text>
        </div>
      </Stack>
    </Radio.Group>
  );
}
