import { Button, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import { exceptionState } from '../anchors/exception.js';
import type { Anchor } from '../api/entities.js';
import { CertificatePanel } from '../certificates/certificate-panel.js';
import { isSendable, type Reading } from '../certificates/use-insight.js';
import { RouteLink } from '../parts/page.js';
import {
  MATCH_CHOICES,
  MATCHES,
  SOURCE_CHOICES,
  SOURCES,
  isKeySet,
  NAME_FIELDS,
  NAMES,
  type IdentityDraft,
  type Match,
  type NameField,
  type Source,
} from './identity.js';

interface Props {
  draft: IdentityDraft;
  onDraft: (change: (old: IdentityDraft) => IdentityDraft) => void;
  onReading: (reading: Reading | undefined) => void;
  anchors: readonly Anchor[];
  partner: string;
  problems: Readonly<Record<string, string>>;
}

/** What the application is recognised by, in the mode that was chosen. */
export function IdentityFields(props: Props) {
  return props.draft.mode === 'tls_client_auth' ? <ByName {...props} /> : <ByPin {...props} />;
}

function ByName({ draft, onDraft, onReading, anchors, partner, problems }: Props) {
  const [input, setInput] = useState<string | Uint8Array>('');
  const [offered, setOffered] = useState<Reading['offered']>([]);
  const { field } = draft;
  const onRead = useCallback(
    (reading: Reading | undefined) => {
      onReading(reading);
      setOffered(reading?.offered ?? []);
      const names = reading?.compared.map(({ value }) => value) ?? [];
      const [first] = names;
      // A name of the certificate that was chosen already stays.
      if (first !== undefined) onDraft((old) => (names.includes(old.name) ? old : { ...old, name: first }));
    },
    [onDraft, onReading],
  );
  const chosen = anchors.filter(({ id }) => id === draft.anchor);
  const serverAuthExcepted = chosen.some(({ server_auth_until: until }) =>
    ['in force', 'ends soon'].includes(exceptionState(until, new Date())),
  );
  const subjects = chosen.flatMap(({ subject, intermediates }) => [
    subject,
    ...intermediates.map((each) => each.subject),
  ]);
  return (
    <Stack gap="md">
      {anchors.length === 0 && (
        <div className="note" data-tone="careful">
          <Text>
            This partner has no trust anchor yet.{' '}
            <RouteLink to="/anchors/new" search={{ partner }}>
              Add the authority that issues its certificates
            </RouteLink>{' '}
            first, or pin a certificate.
          </Text>
        </div>
      )}
      <Stack gap="md" maw={560}>
        <Select
          label="Trust anchor"
          description="Only certificates under this authority count."
          data={anchors.map(({ id, subject }) => ({ value: id, label: `${id}: ${subject}` }))}
          value={draft.anchor === '' ? null : draft.anchor}
          onChange={(value) => onDraft((old) => ({ ...old, anchor: value ?? '' }))}
          error={problems['anchor']}
        />
        <Radio.Group
          label="Field to compare"
          value={field}
          onChange={(value) => onDraft((old) => ({ ...old, field: value as NameField }))}
        >
          <Stack gap="xs" mt={6}>
            {NAME_FIELDS.map((kind) => (
              <Radio key={kind} value={kind} label={NAMES[kind].label} description={NAMES[kind].meaning} />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label={NAMES[field].label}
          description="Paste a certificate below to fill this in."
          placeholder={NAMES[field].placeholder}
          value={draft.name}
          onChange={({ currentTarget: { value } }) => onDraft((old) => ({ ...old, name: value }))}
          error={problems['name']}
          autoCapitalize="off"
          spellCheck={false}
        />
        <Offered
          names={offered}
          onChoose={({ field: chosen, value }) => onDraft((old) => ({ ...old, field: chosen, name: value }))}
        />
      </Stack>
      <CertificatePanel
        label="Certificate to read the name from (optional)"
        input={input}
        onInput={setInput}
        use={{
          mode: 'match-by-name',
          field,
          serverAuthExcepted,
          ...(subjects.length > 0 && { anchorSubjects: subjects }),
        }}
        onRead={onRead}
        note="In this mode the certificate is only read here: just the name is sent."
      />
    </Stack>
  );
}

/** The names that the certificate carries, of any kind, to take one over. */
function Offered({
  names,
  onChoose,
}: {
  names: Reading['offered'];
  onChoose: (name: Reading['offered'][number]) => void;
}) {
  if (names.length < 2) return null;
  return (
    <section aria-label="Names in this certificate">
      <Text size="sm" mb="xs">
        This certificate carries several names; any one of them can be compared:
      </Text>
      <Stack gap="xs" align="flex-start">
        {names.map((name) => (
          <Button
            key={`${name.field} ${name.value}`}
            variant="default"
            size="compact-sm"
            onClick={() => onChoose(name)}
          >
            {name.label}: {name.value}
          </Button>
        ))}
      </Stack>
    </section>
  );
}

/** RFC 8705 §2.2: a certificate, or the address of a set of them. */
function ByPin(props: Props) {
  const { draft, onDraft, onReading } = props;
  return (
    <Stack gap="md">
      <Radio.Group
        label="Where its certificates come from"
        value={draft.source}
        onChange={(value) => {
          onReading(undefined);
          onDraft((old) => ({ ...old, source: value as Source, pem: '' }));
        }}
      >
        <Stack gap="xs" mt={6} maw={720}>
          {SOURCE_CHOICES.map((source) => (
            <Radio
              key={source}
              value={source}
              label={SOURCES[source].label}
              description={SOURCES[source].meaning}
            />
          ))}
        </Stack>
      </Radio.Group>
      {isKeySet(draft) ? <ByKeySet {...props} /> : <ByCertificate {...props} />}
    </Stack>
  );
}

function ByKeySet({ draft, onDraft, problems }: Props) {
  return (
    <TextInput
      maw={720}
      label="Address of the JWK Set"
      description="https, with a public host and port 443. Each key that counts has its certificate in x5c."
      placeholder="https://keys.partner.example/jwks.json"
      value={draft.jwksUri}
      onChange={(event) => {
        const { value } = event.currentTarget;
        onDraft((old) => ({ ...old, jwksUri: value }));
      }}
      error={problems['jwks_uri']}
      inputMode="url"
      autoCapitalize="off"
      spellCheck={false}
    />
  );
}

function ByCertificate({ draft, onDraft, onReading, problems }: Props) {
  const [input, setInput] = useState<string | Uint8Array>('');
  const onRead = useCallback(
    (reading: Reading | undefined) => {
      onReading(reading);
      const pem = isSendable(reading) ? reading.insight.certificates[0].pem : '';
      onDraft((old) => ({ ...old, pem }));
    },
    [onDraft, onReading],
  );
  return (
    <Stack gap="md">
      <Radio.Group
        label="What counts"
        value={draft.match}
        onChange={(value) => onDraft((old) => ({ ...old, match: value as Match }))}
      >
        <Stack gap="xs" mt={6} maw={720}>
          {MATCH_CHOICES.map((match) => (
            <Radio
              key={match}
              value={match}
              label={MATCHES[match].label}
              description={MATCHES[match].meaning}
            />
          ))}
        </Stack>
      </Radio.Group>
      <CertificatePanel
        label="Certificate"
        input={input}
        onInput={setInput}
        use={{ mode: 'pin-certificate', match: draft.match }}
        onRead={onRead}
        error={problems['certificate']}
      />
    </Stack>
  );
}
