import { TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { fieldProblems, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';

const LABELS = { name: 'Name', id: 'Id' };

export function NewPartner() {
  const [name, setName] = useState('');
  const [id, setId] = useState<string>();
  const create = useCreate('partners');
  const navigate = useNavigate();
  const chosen = id ?? toSlug(name);
  const problems = fieldProblems(create.error, Object.keys(LABELS));
  const submit = () =>
    create.mutate(
      { id: chosen, name },
      {
        onSuccess: (partner) => void navigate({ to: '/partners/$partner', params: { partner: partner.id } }),
      },
    );
  return (
    <Page title="New partner" trail={<RouteLink to="/partners">Partners</RouteLink>}>
      <Card title="Who it is">
        <Form
          submit="Create partner"
          onSubmit={submit}
          pending={create.isPending}
          error={create.error}
          problems={problems}
          labels={LABELS}
          cli={toCliLine('partner create', [chosen], { name })}
        >
          <TextInput
            label="Name"
            description="As people call the company."
            placeholder="Acme Ltd"
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={problems.fields['name']}
          />
          <TextInput
            label="Id"
            description="Its key in addresses and on the command line, for good: lower-case letters, digits and hyphens."
            placeholder="acme"
            value={chosen}
            onChange={(event) => setId(event.currentTarget.value)}
            error={problems.fields['id']}
            autoCapitalize="off"
            spellCheck={false}
          />
        </Form>
      </Card>
    </Page>
  );
}

/** A first suggestion, out of the name's first word. */
function toSlug(name: string): string {
  const [first = ''] = name.toLowerCase().match(/[a-z][a-z0-9-]*/) ?? [];
  return first;
}
