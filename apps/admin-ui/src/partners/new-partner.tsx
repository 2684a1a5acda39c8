import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Field } from '../parts/field.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';

const LABELS = { name: 'Name', id: 'Id' };

export function NewPartner() {
  const [name, setName] = useState('');
  const [id, setId] = useState<string>();
  const create = useCreate('partners');
  const navigate = useNavigate();
  const chosen = id ?? toSlug(name);
  const attempt = attemptOf(create, LABELS);
  const submit = () =>
    create.mutate(
      { id: chosen, name },
      {
        onSuccess: (partner) => void navigate({ to: '/partners/$partner', params: { partner: partner.id } }),
      },
    );
  const cli = toCliLine('partner create', [chosen], { name });
  return (
    <Page title="New partner" trail={<RouteLink to="/partners">Partners</RouteLink>}>
      <Card title="Who it is">
        <Form {...attempt} submit="Create partner" onSubmit={submit} cli={cli}>
          <Field
            label={LABELS.name}
            description="As people call the company."
            placeholder="Acme Ltd"
            autoFocus
            value={name}
            onChange={setName}
            error={attempt.problems.fields['name']}
          />
          <Field
            technical
            label={LABELS.id}
            description="Its key in addresses and on the command line, for good: lower-case letters, digits and hyphens."
            placeholder="acme"
            value={chosen}
            onChange={setId}
            error={attempt.problems.fields['id']}
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
