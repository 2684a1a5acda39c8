import { Stack, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { PartnerSelect } from '../partners/partner-select.js';
import { toCliLine } from '../parts/cli-line.js';
import { Field } from '../parts/field.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';

const LABELS = { partner: 'Provided by', audience: 'Audience', scopes: 'Scopes' };
const NOTHING = { partner: '', audience: '', scopes: '' };

export function NewResource() {
  const [typed, setTyped] = useState(NOTHING);
  const create = useCreate('resources');
  const navigate = useNavigate();
  const { audience, partner } = typed;
  const scopes = typed.scopes.split(/\s+/).filter((scope) => scope !== '');
  const attempt = attemptOf(create, LABELS);
  const submit = () =>
    create.mutate({ audience, partner, scopes }, { onSuccess: () => void navigate({ to: '/resources' }) });
  const cli = toCliLine('resource create', [audience === '' ? 'AUDIENCE' : audience], {
    partner,
    scope: scopes,
  });
  return (
    <Page title="New resource" trail={<RouteLink to="/resources">Resources &amp; scopes</RouteLink>}>
      <Card title="An API and what can be allowed there">
        <Form {...attempt} submit="Create resource" onSubmit={submit} cli={cli}>
          <ResourceFields
            typed={typed}
            change={(part) => setTyped((old) => ({ ...old, ...part }))}
            errors={attempt.problems.fields}
          />
        </Form>
      </Card>
    </Page>
  );
}

function ResourceFields({
  typed: { partner, audience, scopes },
  change,
  errors,
}: {
  typed: typeof NOTHING;
  change: (part: Partial<typeof NOTHING>) => void;
  errors: Readonly<Record<string, string>>;
}) {
  return (
    <Stack gap="md" maw={560}>
      <Field
        technical
        label={LABELS.audience}
        description="Its URI, for good: what stands as aud in its tokens."
        placeholder="https://api.acme.example"
        value={audience}
        onChange={(audience) => change({ audience })}
        error={errors['audience']}
      />
      <PartnerSelect
        label={LABELS.partner}
        description="The partner that runs this API."
        value={partner}
        onChange={(partner) => change({ partner })}
        error={errors['partner']}
      />
      <Textarea
        label={LABELS.scopes}
        description="Separated by spaces or lines."
        placeholder="orders:read orders:write"
        rows={3}
        value={scopes}
        onChange={(event) => change({ scopes: event.currentTarget.value })}
        error={errors['scopes']}
        autoCapitalize="off"
        spellCheck={false}
      />
    </Stack>
  );
}
