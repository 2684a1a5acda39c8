import type { DecodedCertificate, DecodedRequest, IntendedUse } from '@holdfast/certificate-insight';
import { Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Value } from '../parts/copy.js';
import { CertificateFacts, OtherNames } from './certificate-facts.js';
import { CertificateInput } from './certificate-input.js';
import { Checks } from './checks.js';
import { isSendable, useReading, useRefusedKey, type Reading } from './use-insight.js';

/**
 * One certificate in, and everything about it out: what it says, what is wrong with it and how to mend that, and what
 * will be compared. Nothing is sent from here; `onRead` tells the form around it what was read.
 */
export function CertificatePanel({
  label,
  input,
  onInput,
  use,
  onRead,
  error,
  note,
  choice,
}: {
  label: string;
  input: string | Uint8Array;
  onInput: (input: string | Uint8Array) => void;
  use: IntendedUse;
  onRead: (reading: Reading | undefined) => void;
  error?: string | undefined;
  /** Said of this use under the input. */
  note?: string;
  /** Shown where there are several certificates to choose from. */
  choice?: ReactNode;
}) {
  const reading = useReading(input, use);
  const refusal = useRefusedKey(reading, input, onInput);
  const checks = reading?.checks ?? refusal;
  useEffect(() => onRead(reading), [reading, onRead]);
  return (
    <div className="columns">
      <div>
        <CertificateInput label={label} value={input} onChange={onInput} error={error} />
        {note !== undefined && (
          <Text size="sm" mt="xs">
            {note}
          </Text>
        )}
      </div>
      <div style={{ display: 'grid', gap: 20, minWidth: 0 }}>
        {checks === undefined ? (
          <div className="note">
            <Text size="sm">
              What the certificate says, and whether it will work here, is shown as soon as you paste it.
            </Text>
          </div>
        ) : (
          <>
            {reading !== undefined && reading.choices.length > 0 && choice}
            <Checks checks={checks} />
            {refusal !== undefined && <Text size="sm">The field was emptied.</Text>}
            {reading?.insight.readable === true && <WhatWeRead certificates={reading.insight.certificates} />}
            {reading?.pasted.kind === 'request' && <WhatIsAskedFor request={reading.pasted.request} />}
            {isSendable(reading) && reading.compared.length > 0 && (
              <WhatWillBeCompared values={reading.compared} />
            )}
          </>
        )}
      </div>
    </div>
  );
}

function WhatWeRead({
  certificates,
}: {
  certificates: readonly [DecodedCertificate, ...DecodedCertificate[]];
}) {
  const [first, ...issuers] = certificates;
  return (
    <section aria-label="What we read">
      <Title order={3} size="h4" mb="sm">
        What we read
      </Title>
      <CertificateFacts certificate={first} />
      {issuers.map((issuer) => (
        <details key={issuer.thumbprint.x5tS256} style={{ marginTop: 10 }}>
          <summary>Issued by {issuer.subject.text}</summary>
          <div style={{ marginTop: 8 }}>
            <CertificateFacts certificate={issuer} />
          </div>
        </details>
      ))}
    </section>
  );
}

/** A request is shown like a certificate, so that it can be told apart from others before it is sent away. */
function WhatIsAskedFor({ request }: { request: DecodedRequest }) {
  const { subject, san, key, signature, extendedKeyUsage } = request;
  return (
    <section aria-label="What the request asks for">
      <Title order={3} size="h4" mb="sm">
        What the request asks for
      </Title>
      <dl className="facts">
        <dt>Subject</dt>
        <dd>{subject.text === '' ? 'none' : <Value what="subject">{subject.text}</Value>}</dd>
        <OtherNames san={san} />
        <dt>Key</dt>
        <dd>
          {key.name}, signed with {signature.name}
        </dd>
        <dt>Use</dt>
        <dd>{extendedKeyUsage?.join(', ') ?? 'not limited'}</dd>
      </dl>
    </section>
  );
}

function WhatWillBeCompared({ values }: { values: Reading['compared'] }) {
  return (
    <section aria-label="What will be compared">
      <Title order={3} size="h4" mb="sm">
        What will be compared
      </Title>
      <dl className="facts">
        {values.map(({ label, value }) => (
          <div key={label + value} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>
              <Value what={label}>{value}</Value>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
