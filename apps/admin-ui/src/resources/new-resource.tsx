import { Stack, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { PartnerSelect } from '../partners/partner-select.js';
import { toCliLine } from '../parts/cli-line.js';
import { fieldProblems, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';

const LABELS = { partner: 'Provided by', audience: 'Audience', scopes: 'Scopes' };

export function NewResource() {
  const [partner, setPartner] = useState('');
  const [audience, setAudience] = useState('');
  const [typed, setTyped] = useState('');
  const create = useCreate('resources');
  const navigate = useNavigate();
  const scopes = typed.split(/\s+/).filter((scope) => scope !== '');
  const problems = fieldProblems(create.error, Object.keys(LABELS));
  return (
    <Page title="New resource" trail={<RouteLink to="/resources">Resources &amp; scopes</RouteLink>}>
      <Card title="An API and what can be allowed there">
        <Form
          submit="Create resource"
          onSubmit={() =>
            create.mutate(
              { audience, partner, scopes },
              { onSuccess: () => void navigate({ to: '/resources' }) },
            )
          }
          pending={create.isPending}
          error={create.error}
          problems={problems}
          labels={LABELS}
          cli={toCliLine('resource create', [audience === '' ? 'AUDIENCE' : audience], {
            partner,
            scope: scopes,
          })}
        >
          <Stack gap="md" maw={560}>
            <TextInput
              label={LABELS.audience}
              description="Its URI, for good: what stands as aud in its tokens."
              placeholder="https://api.acme.example"
              value={audience}
              onChange={(event) => setAudience(event.currentTarget.value)}
              error={problems.fields['audience']}
              autoCapitalize="off"
              spellCheck={false}
            />
            <PartnerSelect
              label={LABELS.partner}
              description="The partner that runs this API."
              value={partner}
              onChange={setPartner}
              error={problems.fields['partner']}
            />
            <Textarea
              label={LABELS.scopes}
              description="Separated by spaces or lines."
              placeholder="orders:read orders:write"
              rows={3}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              error={problems.fields['scopes']}
              autoCapitalize="off"
              spellCheck={false}
            />
          </Stack>
        </Form>
      </Card>
    </Page>
  );
}
