import { Stack } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { CertificatePanel } from '../certificates/certificate-panel.js';
import { KeyChoices, thumbprintOf } from '../certificates/key-choices.js';
import { isSendable, type Reading } from '../certificates/use-insight.js';
import { Choice } from '../parts/choice.js';
import type { IdentityProps } from './identity-fields.js';
import { MATCHES, type Pin } from './identity.js';

/** RFC 8705 §2.2: one certificate, or those of a JWK Set that are picked. */
export function ByCertificate({ draft, onDraft, onReading, problems, taken }: IdentityProps) {
  const [input, setInput] = useState<string | Uint8Array>('');
  const [reading, setReading] = useState<Reading>();
  // What is left out rather than what is picked: at first all are.
  const [left, setLeft] = useState<readonly string[]>([]);
  const picked = useMemo(() => pickedOf(reading, left, taken), [reading, left, taken]);
  useEffect(() => onDraft((old) => ({ ...old, pins: pinsOf(reading, picked) })), [reading, picked, onDraft]);
  const onRead = useCallback(
    (read: Reading | undefined) => {
      onReading(read);
      setReading(read);
    },
    [onReading],
  );
  const choices = reading?.choices ?? [];
  const pick = (chosen: readonly string[]) =>
    setLeft(choices.map(thumbprintOf).filter((thumbprint) => !chosen.includes(thumbprint)));
  return (
    <Stack gap="md">
      <Choice
        label="What counts"
        table={MATCHES}
        value={draft.match}
        onChange={(match) => onDraft((old) => ({ ...old, match }))}
      />
      <CertificatePanel
        label="Certificate"
        input={input}
        onInput={setInput}
        use={{ mode: 'pin-certificate', match: draft.match }}
        onRead={onRead}
        error={problems['certificate']}
        choice={<KeyChoices choices={choices} picked={picked} taken={taken} onPicked={pick} />}
      />
    </Stack>
  );
}

function pickedOf(
  reading: Reading | undefined,
  left: readonly string[],
  taken: ReadonlySet<string>,
): readonly string[] {
  return (reading?.choices ?? [])
    .filter(({ isSound }) => isSound)
    .map(thumbprintOf)
    .filter((thumbprint) => !left.includes(thumbprint) && !taken.has(thumbprint));
}

/** What can be sent: the one certificate, or those that are picked out of several. */
function pinsOf(reading: Reading | undefined, picked: readonly string[]): readonly Pin[] {
  if (isSendable(reading)) return [{ pem: reading.insight.certificates[0].pem, webKey: undefined }];
  return (reading?.choices ?? [])
    .filter((choice) => picked.includes(thumbprintOf(choice)))
    .map(({ certificate, webKey }) => ({ pem: certificate.pem, webKey }));
}
