import { List, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ComponentProps } from 'react';
import type { CertificateToIdentify } from '../api/entities.js';
import { useCreate } from '../api/queries.js';
import { CertificateFacts } from '../certificates/certificate-facts.js';
import { CertificateInput } from '../certificates/certificate-input.js';
import { Checks } from '../certificates/checks.js';
import { useReading, useRefusedKey } from '../certificates/use-insight.js';
import { toCliLine } from '../parts/cli-line.js';
import { Confirm } from '../parts/confirm.js';
import { Field } from '../parts/field.js';
import { attemptOf, Form } from '../parts/form.js';
import { Card, Page, RouteLink } from '../parts/page.js';
import { toThumbprint } from './thumbprint.js';
import { Whose } from './whose.js';

const LABELS = { certificate: 'Certificate or thumbprint', note: 'Why (optional)' };
const ALIASES = { 'x5t#S256': 'certificate' };

/** Stops one certificate, whoever it belongs to, after showing who that is. */
export function BlockCertificate() {
  const [input, setInput] = useState<string | Uint8Array>('');
  const [note, setNote] = useState('');
  const [isAsking, setAsking] = useState(false);
  const create = useCreate('certificate-blocks');
  const navigate = useNavigate();
  const given = useGiven(input, setInput);
  const attempt = attemptOf(create, LABELS, ALIASES);
  const errors = attempt.problems.fields;
  const cli = toCliLine('certificate block', [given.thumbprint ?? 'THUMBPRINT'], { note });
  const block = () =>
    create.mutate(
      { 'x5t#S256': given.thumbprint ?? '', ...(note.trim() !== '' && { note: note.trim() }) },
      { onSuccess: () => void navigate({ to: '/stopped' }), onError: () => setAsking(false) },
    );
  return (
    <Page title="Block a certificate" trail={<RouteLink to="/stopped">Stopped</RouteLink>}>
      <Card title="Which one">
        <Form
          {...attempt}
          cli={cli}
          submit="Block certificate"
          onSubmit={() => setAsking(true)}
          hold={given.thumbprint === undefined ? 'First give a certificate or its thumbprint.' : undefined}
        >
          <div className="columns">
            <Stack gap="md">
              <Which input={input} onInput={setInput} error={errors['certificate']} />
              <Field
                label={LABELS.note}
                description="Stands beside the block and in the audit trail."
                placeholder="laptop stolen"
                value={note}
                onChange={setNote}
                error={errors['note']}
              />
            </Stack>
            <Found {...given} />
          </div>
        </Form>
      </Card>
      <Asked
        opened={isAsking}
        onClose={() => setAsking(false)}
        pending={create.isPending}
        onConfirm={block}
        cli={cli}
      />
    </Page>
  );
}

function Which({
  input,
  onInput,
  error,
}: {
  input: string | Uint8Array;
  onInput: (input: string | Uint8Array) => void;
  error: string | undefined;
}) {
  return (
    <CertificateInput
      label={LABELS.certificate}
      description="Paste PEM or a SHA-256 thumbprint (base64url or hexadecimal), or drop or choose a file. It is read in your browser. Never paste a private key, not even a stolen one."
      value={input}
      onChange={onInput}
      error={error}
    />
  );
}

function Asked(
  dialog: Pick<ComponentProps<typeof Confirm>, 'opened' | 'onClose' | 'pending' | 'onConfirm' | 'cli'>,
) {
  return (
    <Confirm {...dialog} title="Block this certificate?" confirm="Block it" danger error={null}>
      <List spacing={6}>
        <List.Item>Nobody gets a token with it, within a second, whoever it belongs to.</List.Item>
        <List.Item>
          Tokens that are bound to it stop, too: within a second where the deny feed is followed, elsewhere
          after at most 240 seconds plus 10.
        </List.Item>
        <List.Item>Unblocking takes it back.</List.Item>
      </List>
    </Confirm>
  );
}

/** What is in the field, as far as it can be read. */
function useGiven(input: string | Uint8Array, setInput: (input: string) => void) {
  const typed = typeof input === 'string' ? toThumbprint(input) : undefined;
  // What it is good for does not matter here: an expired certificate is blocked like any other.
  const reading = useReading(typed === undefined ? input : '', { mode: 'pin-certificate' });
  const refusal = useRefusedKey(reading, input, setInput);
  const insight = reading?.insight;
  const chain = insight?.readable === true ? insight.certificates : [];
  const [certificate] = chain;
  return {
    certificate,
    // With the issuers that were given: without them, an anchor may seem not to vouch for it.
    chain: chain.map(({ pem }) => pem).join('\n'),
    thumbprint: typed ?? certificate?.thumbprint.x5tS256,
    trouble: insight?.readable === false ? insight.checks : refusal,
  };
}

function Found({ certificate, chain, thumbprint, trouble }: ReturnType<typeof useGiven>) {
  if (trouble !== undefined) return <Checks checks={trouble} />;
  if (thumbprint === undefined)
    return (
      <div className="note">
        <Text size="sm">Whose certificate it is, as far as is known, is shown as soon as you give it.</Text>
      </div>
    );
  const given: CertificateToIdentify =
    certificate === undefined ? { 'x5t#S256': thumbprint } : { certificate: chain };
  return (
    <Stack gap="lg" miw={0}>
      <Whose given={given} />
      {certificate !== undefined && <CertificateFacts certificate={certificate} />}
    </Stack>
  );
}
