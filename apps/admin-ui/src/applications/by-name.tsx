import { Button, Select, Stack, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { exceptionState } from '../anchors/exception.js';
import type { Anchor } from '../api/entities.js';
import { CertificatePanel } from '../certificates/certificate-panel.js';
import type { Reading } from '../certificates/use-insight.js';
import { Choice } from '../parts/choice.js';
import { Field } from '../parts/field.js';
import { RouteLink } from '../parts/page.js';
import type { IdentityProps } from './identity-fields.js';
import { NAMES } from './identity.js';

/** RFC 8705 §2.1: a name under an anchor. A certificate may be given to read the name from. */
export function ByName(props: IdentityProps) {
  const { draft, onDraft, onReading, anchors, partner } = props;
  const [input, setInput] = useState<string | Uint8Array>('');
  const [offered, setOffered] = useState<Reading['offered']>([]);
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
  return (
    <Stack gap="md">
      {anchors.length === 0 && <NoAnchor partner={partner} />}
      <Stack gap="md" maw={560}>
        <NameFields {...props} />
        <Offered
          names={offered}
          onChoose={({ field, value }) => onDraft((old) => ({ ...old, field, name: value }))}
        />
      </Stack>
      <CertificatePanel
        label="Certificate to read the name from (optional)"
        input={input}
        onInput={setInput}
        use={{ mode: 'match-by-name', field: draft.field, ...knownOf(anchors, draft.anchor) }}
        onRead={onRead}
        note="In this mode the certificate is only read here: just the name is sent."
      />
    </Stack>
  );
}

function NoAnchor({ partner }: { partner: string }) {
  return (
    <div className="note" data-tone="careful">
      <Text>
        This partner has no trust anchor yet.{' '}
        <RouteLink to="/anchors/new" search={{ partner }}>
          Add the authority that issues its certificates
        </RouteLink>{' '}
        first, or pin a certificate.
      </Text>
    </div>
  );
}

function NameFields({ draft: { anchor, field, name }, onDraft, anchors, problems }: IdentityProps) {
  return (
    <>
      <Select
        label="Trust anchor"
        description="Only certificates under this authority count."
        data={anchors.map(({ id, subject }) => ({ value: id, label: `${id}: ${subject}` }))}
        value={anchor === '' ? null : anchor}
        onChange={(value) => onDraft((old) => ({ ...old, anchor: value ?? '' }))}
        error={problems['anchor']}
      />
      <Choice
        label="Field to compare"
        table={NAMES}
        value={field}
        onChange={(chosen) => onDraft((old) => ({ ...old, field: chosen }))}
      />
      <Field
        technical
        label={NAMES[field].label}
        description="Paste a certificate below to fill this in."
        placeholder={NAMES[field].placeholder}
        value={name}
        onChange={(value) => onDraft((old) => ({ ...old, name: value }))}
        error={problems['name']}
      />
    </>
  );
}

/** What the chosen anchor says about certificates under it. */
function knownOf(anchors: readonly Anchor[], id: string) {
  const chosen = anchors.filter((anchor) => anchor.id === id);
  const anchorSubjects = chosen.flatMap(({ subject, intermediates }) => [
    subject,
    ...intermediates.map((each) => each.subject),
  ]);
  const serverAuthExcepted = chosen.some(({ server_auth_until: until }) =>
    ['in force', 'ends soon'].includes(exceptionState(until, new Date())),
  );
  return { serverAuthExcepted, ...(anchorSubjects.length > 0 && { anchorSubjects }) };
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
