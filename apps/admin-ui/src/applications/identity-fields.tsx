import { Stack } from '@mantine/core';
import type { Anchor } from '../api/entities.js';
import type { Reading } from '../certificates/use-insight.js';
import { Choice } from '../parts/choice.js';
import { Field } from '../parts/field.js';
import { ByCertificate } from './by-certificate.js';
import { ByName } from './by-name.js';
import { isKeySet, SOURCES, type IdentityDraft } from './identity.js';

export interface IdentityProps {
  draft: IdentityDraft;
  onDraft: (change: (old: IdentityDraft) => IdentityDraft) => void;
  onReading: (reading: Reading | undefined) => void;
  anchors: readonly Anchor[];
  partner: string;
  problems: Readonly<Record<string, string>>;
  /** Thumbprints of the certificates that are pinned for it already. */
  taken: ReadonlySet<string>;
}

/** What the application is recognised by, in the mode that was chosen. */
export function IdentityFields(props: IdentityProps) {
  return props.draft.mode === 'tls_client_auth' ? <ByName {...props} /> : <ByPin {...props} />;
}

/** RFC 8705 §2.2: a certificate, or the address of a set of them. */
function ByPin(props: IdentityProps) {
  const { draft, onDraft, onReading } = props;
  return (
    <Stack gap="md">
      <Choice
        label="Where its certificates come from"
        table={SOURCES}
        value={draft.source}
        onChange={(source) => {
          onReading(undefined);
          onDraft((old) => ({ ...old, source, pins: [] }));
        }}
      />
      {isKeySet(draft) ? <ByKeySet {...props} /> : <ByCertificate {...props} />}
    </Stack>
  );
}

function ByKeySet({ draft, onDraft, problems }: IdentityProps) {
  return (
    <Field
      technical
      maw={720}
      label="Address of the JWK Set"
      description="https, with a public host and port 443. Each key that counts has its certificate in x5c."
      placeholder="https://keys.partner.example/jwks.json"
      value={draft.jwksUri}
      onChange={(jwksUri) => onDraft((old) => ({ ...old, jwksUri }))}
      error={problems['jwks_uri']}
      inputMode="url"
    />
  );
}
