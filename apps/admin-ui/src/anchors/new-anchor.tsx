import { Box, Radio, Stack, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useCreate } from '../api/queries.js';
import { CertificatePanel } from '../certificates/certificate-panel.js';
import { holdOf, isSendable, type Reading } from '../certificates/use-insight.js';
import { PartnerSelect } from '../partners/partner-select.js';
import { toCliLine } from '../parts/cli-line.js';
import { fieldProblems, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { EXCEPTION_LABEL, UntilField } from './exception-cell.js';
import { toInstant } from './exception.js';
import { REVOCATION, REVOCATION_MODES, type RevocationMode } from './revocation.js';

const LABELS = {
  partner: 'Partner',
  id: 'Id',
  revocation: 'Revoked certificates',
  server_auth_until: EXCEPTION_LABEL,
  certificate: 'Certificate of the authority',
};

export function NewAnchor() {
  const given = useSearch({ from: '/shell/anchors/new' }).partner;
  const [partner, setPartner] = useState(given ?? '');
  const [id, setId] = useState<string>();
  const [input, setInput] = useState<string | Uint8Array>('');
  const [revocation, setRevocation] = useState<RevocationMode>();
  const [day, setDay] = useState('');
  const [reading, setReading] = useState<Reading>();
  const create = useCreate('anchors');
  const navigate = useNavigate();
  const chosen = id ?? (partner === '' ? '' : `${partner}-ca`);
  const until = toInstant(day);
  const problems = fieldProblems(create.error, Object.keys(LABELS));
  const submit = () =>
    create.mutate(
      // Whatever was not chosen is for the server to refuse: there is no default.
      {
        id: chosen,
        partner,
        certificate: toPem(reading),
        revocation: revocation as RevocationMode,
        ...(until !== undefined && { server_auth_until: until }),
      },
      { onSuccess: () => void navigate({ to: '/partners/$partner', params: { partner } }) },
    );
  return (
    <Page title="Add trust anchor" trail={<RouteLink to="/anchors">Trust anchors</RouteLink>}>
      <Card title="Whose certificates to trust">
        <Form
          submit="Add trust anchor"
          onSubmit={submit}
          pending={create.isPending}
          error={create.error}
          problems={problems}
          labels={LABELS}
          hold={holdOf(reading)}
          cli={toCliLine('anchor add', [chosen], {
            partner,
            file: 'ca.pem',
            revocation,
            'server-auth-until': day,
          })}
        >
          <Stack gap="md" maw={480}>
            <PartnerSelect
              label={LABELS.partner}
              description="The authority vouches for applications of this partner only."
              value={partner}
              onChange={setPartner}
              error={problems.fields['partner']}
            />
            <TextInput
              label={LABELS.id}
              description="Its key for good, like acme-ca."
              value={chosen}
              onChange={(event) => setId(event.currentTarget.value)}
              error={problems.fields['id']}
              autoCapitalize="off"
              spellCheck={false}
            />
            <Radio.Group
              label={LABELS.revocation}
              value={revocation ?? null}
              onChange={(value) => setRevocation(value as RevocationMode)}
              error={problems.fields['revocation']}
            >
              <Stack gap="xs" mt={6}>
                {REVOCATION_MODES.map((mode) => (
                  <Radio
                    key={mode}
                    value={mode}
                    label={REVOCATION[mode].label}
                    description={REVOCATION[mode].meaning}
                  />
                ))}
              </Stack>
            </Radio.Group>
          </Stack>
          <CertificatePanel
            label={LABELS.certificate}
            input={input}
            onInput={setInput}
            use={{ mode: 'trust-anchor', serverAuthExcepted: until !== undefined }}
            onRead={setReading}
            error={problems.fields['certificate']}
          />
          <Box maw={480}>
            <UntilField day={day} onDay={setDay} error={problems.fields['server_auth_until']} optional />
          </Box>
        </Form>
      </Card>
    </Page>
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
