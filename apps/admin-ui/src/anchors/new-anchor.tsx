import { Box, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { CertificatePanel } from '../certificates/certificate-panel.js';
import { holdOf, isSendable, type Reading } from '../certificates/use-insight.js';
import { PartnerSelect } from '../partners/partner-select.js';
import { Choice } from '../parts/choice.js';
import { toCliLine } from '../parts/cli-line.js';
import { Field } from '../parts/field.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { EXCEPTION_LABEL, UntilField } from './exception-cell.js';
import { toInstant } from './exception.js';
import { REVOCATION, type RevocationMode } from './revocation.js';

const LABELS = {
  partner: 'Partner',
  id: 'Id',
  revocation: 'Revoked certificates',
  server_auth_until: EXCEPTION_LABEL,
  certificate: 'Certificate of the authority',
};

/** A trust anchor as typed. */
interface Draft {
  readonly partner: string;
  /** `undefined`: the one that the partner suggests. */
  readonly id: string | undefined;
  /** There is no default. */
  readonly revocation: RevocationMode | undefined;
  /** At whose beginning the exception for server certificates ends; empty: there is none. */
  readonly day: string;
}

interface PartProps {
  draft: Draft & { readonly id: string };
  change: (part: Partial<Draft>) => void;
  errors: Readonly<Record<string, string>>;
}

export function NewAnchor() {
  const { partner } = useSearch({ from: '/shell/anchors/new' });
  return (
    <Page title="Add trust anchor" trail={<RouteLink to="/anchors">Trust anchors</RouteLink>}>
      <Card title="Whose certificates to trust">
        <AnchorForm given={partner ?? ''} />
      </Card>
    </Page>
  );
}

function AnchorForm({ given }: { given: string }) {
  const [typed, setTyped] = useState<Draft>({
    partner: given,
    id: undefined,
    revocation: undefined,
    day: '',
  });
  const [reading, setReading] = useState<Reading>();
  const create = useCreate('anchors');
  const navigate = useNavigate();
  const { partner, revocation, day } = typed;
  const id = typed.id ?? (partner === '' ? '' : `${partner}-ca`);
  const until = toInstant(day);
  const attempt = attemptOf(create, LABELS);
  // Whatever was not chosen is for the server to refuse: there is no default.
  const anchor = { id, partner, certificate: toPem(reading), revocation: revocation as RevocationMode };
  const submit = () =>
    create.mutate(
      { ...anchor, ...(until !== undefined && { server_auth_until: until }) },
      { onSuccess: () => void navigate({ to: '/partners/$partner', params: { partner } }) },
    );
  const options = { partner, file: 'ca.pem', revocation, 'server-auth-until': day };
  const part: PartProps = {
    draft: { ...typed, id },
    change: (changed) => setTyped((old) => ({ ...old, ...changed })),
    errors: attempt.problems.fields,
  };
  return (
    <Form
      {...attempt}
      submit="Add trust anchor"
      onSubmit={submit}
      hold={holdOf(reading)}
      cli={toCliLine('anchor add', [id], options)}
    >
      <WhoseAnchor {...part} />
      <AnchorCertificate {...part} onRead={setReading} />
    </Form>
  );
}

function WhoseAnchor({ draft, change, errors }: PartProps) {
  return (
    <Stack gap="md" maw={480}>
      <PartnerSelect
        label={LABELS.partner}
        description="The authority vouches for applications of this partner only."
        value={draft.partner}
        onChange={(partner) => change({ partner })}
        error={errors['partner']}
      />
      <Field
        technical
        label={LABELS.id}
        description="Its key for good, like acme-ca."
        value={draft.id}
        onChange={(id) => change({ id })}
        error={errors['id']}
      />
      <Choice
        label={LABELS.revocation}
        table={REVOCATION}
        value={draft.revocation}
        onChange={(revocation) => change({ revocation })}
        error={errors['revocation']}
      />
    </Stack>
  );
}

function AnchorCertificate({
  draft: { day },
  change,
  errors,
  onRead,
}: PartProps & { onRead: (reading: Reading | undefined) => void }) {
  const [input, setInput] = useState<string | Uint8Array>('');
  return (
    <>
      <CertificatePanel
        label={LABELS.certificate}
        input={input}
        onInput={setInput}
        use={{ mode: 'trust-anchor', serverAuthExcepted: toInstant(day) !== undefined }}
        onRead={onRead}
        error={errors['certificate']}
      />
      <Box maw={480}>
        <UntilField day={day} onDay={(day) => change({ day })} error={errors['server_auth_until']} optional />
      </Box>
    </>
  );
}

/** The authority first, then its intermediates: the reader gives the lowest first. */
function toPem(reading: Reading | undefined): string {
  if (!isSendable(reading)) return '';
  return [...reading.insight.certificates]
    .reverse()
    .map(({ pem }) => pem)
    .join('\n');
}
