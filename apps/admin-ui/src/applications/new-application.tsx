import { Radio, Stack, Text } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Field } from '../parts/field.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { IDENTITY_ALIASES, toCredentialFields, toIdentityOptions, type Mode } from './identity.js';
import { IdentityFields } from './identity-fields.js';
import { IDENTITY_LABELS, useIdentityDraft } from './use-identity-draft.js';

/** A new application has no certificate yet. */
const NONE: ReadonlySet<string> = new Set();
const LABELS = { id: 'Client id', ...IDENTITY_LABELS };

export function NewApplication() {
  const { partner } = useParams({ from: '/shell/partners/$partner/new-application' });
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
        <ApplicationForm partner={partner} />
      </Card>
    </Page>
  );
}

function ApplicationForm({ partner }: { partner: string }) {
  const [id, setId] = useState('');
  const { identity, hold, setMode, fields } = useIdentityDraft(partner, 'tls_client_auth');
  const create = useCreate('clients');
  const navigate = useNavigate();
  const attempt = attemptOf(create, LABELS, IDENTITY_ALIASES);
  const errors = attempt.problems.fields;
  const submit = () =>
    create.mutate(
      { id, partner, token_endpoint_auth_method: identity.mode, ...toCredentialFields(identity) },
      {
        onSuccess: (client) => void navigate({ to: '/applications/$client', params: { client: client.id } }),
      },
    );
  const cli = { partner, auth: identity.mode, ...toIdentityOptions(identity) };
  return (
    <Form
      {...attempt}
      submit="Create application"
      onSubmit={submit}
      hold={hold}
      cli={toCliLine('client create', [id], cli)}
    >
      <Field
        technical
        maw={560}
        label={LABELS.id}
        description="What it sends as client_id, for good: 3 to 63 lower-case letters, digits and hyphens."
        placeholder={`${partner}-orders`}
        value={id}
        onChange={setId}
        error={errors['id']}
      />
      <ModeChoice mode={identity.mode} onMode={setMode} />
      <IdentityFields {...fields} problems={errors} taken={NONE} />
    </Form>
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
