import type { Check, DecodedCertificate, DecodedRequest, IntendedUse } from '@holdfast/certificate-insight';
import { Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Copy, Value } from '../parts/copy.js';
import { CrossIcon, DoneIcon, WarningIcon } from '../parts/icons.js';
import { When } from '../parts/when.js';
import { CertificateInput } from './certificate-input.js';
import { isSendable, useReading, type Reading } from './use-insight.js';

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
}: {
  label: string;
  input: string | Uint8Array;
  onInput: (input: string | Uint8Array) => void;
  use: IntendedUse;
  onRead: (reading: Reading | undefined) => void;
  error?: string | undefined;
  /** Said of this use under the input. */
  note?: string;
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

/** A private key does not stay on the screen: the field is emptied, and only what was said about it remains. */
function useRefusedKey(
  reading: Reading | undefined,
  input: string | Uint8Array,
  onInput: (input: string) => void,
): readonly Check[] | undefined {
  const [refusal, setRefusal] = useState<readonly Check[]>();
  useEffect(() => {
    if (reading?.checks.some(({ code }) => code === 'PRIVATE_KEY_PRESENT') === true) {
      setRefusal(reading.checks);
      onInput('');
    } else if (input.length > 0) setRefusal(undefined);
  }, [reading, input, onInput]);
  return refusal;
}

const LEVELS = {
  block: { word: 'Refused', icon: <CrossIcon /> },
  error: { word: 'Error', icon: <CrossIcon /> },
  warning: { word: 'Warning', icon: <WarningIcon /> },
  ok: { word: 'Good', icon: <DoneIcon /> },
} as const;

function Checks({ checks }: { checks: readonly Check[] }) {
  const count = (...levels: Check['level'][]) => checks.filter(({ level }) => levels.includes(level)).length;
  const summary = [
    [count('block', 'error'), 'to mend'],
    [count('warning'), 'to look at'],
    [count('ok'), 'good'],
  ] as const;
  return (
    <section aria-label="Checks">
      <Title order={3} size="h4" mb={2}>
        Checks
      </Title>
      <Text size="sm" c="dimmed" mb="sm" role="status">
        {summary
          .filter(([number]) => number > 0)
          .map(([number, what]) => `${number} ${what}`)
          .join(', ')}
      </Text>
      <ul className="checks">
        {checks.map((check, index) => (
          <li key={`${check.code}-${index}`} data-level={check.level} data-code={check.code}>
            {LEVELS[check.level].icon}
            <div>
              <span className="visually-hidden">{LEVELS[check.level].word}: </span>
              <Text {...(check.level !== 'ok' && { fw: 600 })}>{check.text}</Text>
              {check.remedy !== undefined && <Text size="sm">{check.remedy}</Text>}
              {check.command !== undefined && (
                <div className="cli" style={{ marginTop: 6 }}>
                  <code>{check.command}</code>
                  <Copy value={check.command} what="command" />
                </div>
              )}
              {check.level !== 'ok' && <span className="value">{check.code}</span>}
            </div>
          </li>
        ))}
      </ul>
    </section>
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

function OtherNames({ san }: Pick<DecodedCertificate, 'san'>) {
  const names = Object.entries(san).flatMap(([kind, values]: [string, readonly string[]]) =>
    values.map((value) => `${kind}: ${value}`),
  );
  return (
    <>
      <dt>Other names</dt>
      <dd>
        {names.length === 0
          ? 'none'
          : names.map((name) => (
              <div key={name} className="value">
                {name}
              </div>
            ))}
      </dd>
    </>
  );
}

function CertificateFacts({ certificate }: { certificate: DecodedCertificate }) {
  const { subject, issuer, san, notBefore, notAfter, key, signature, thumbprint, serial } = certificate;
  return (
    <dl className="facts">
      <dt>Subject</dt>
      <dd>{subject.text === '' ? 'none' : <Value what="subject">{subject.text}</Value>}</dd>
      <OtherNames san={san} />
      <dt>Issuer</dt>
      <dd className="value">{issuer.text}</dd>
      <dt>Valid from</dt>
      <dd>
        <When at={notBefore.toISOString()} />
      </dd>
      <dt>Valid until</dt>
      <dd>
        <When at={notAfter.toISOString()} />
      </dd>
      <dt>Key</dt>
      <dd>
        {key.name}, signed with {signature.name}
      </dd>
      <dt>Use</dt>
      <dd>{certificate.extendedKeyUsage?.join(', ') ?? 'not limited'}</dd>
      <dt>Serial</dt>
      <dd className="value">{serial}</dd>
      <dt>x5t#S256</dt>
      <dd>
        <Value what="x5t#S256">{thumbprint.x5tS256}</Value>
      </dd>
      <dt>SHA-256, hex</dt>
      <dd>
        <Value what="SHA-256 in hexadecimal">{thumbprint.sha256Hex}</Value>
      </dd>
    </dl>
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
