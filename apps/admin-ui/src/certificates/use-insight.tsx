import type {
  Check,
  DecodedCertificate,
  Insight,
  IntendedUse,
  Pasted,
  ReadableInsight,
  RegistrableName,
} from '@holdfast/certificate-insight';
import { useEffect, useState } from 'react';

/** Reads certificates here in the browser; loaded only when somebody needs it. */
const reader = () => import('@holdfast/certificate-insight');

/** One of several certificates in a JWK Set. */
export interface KeyChoice {
  readonly certificate: DecodedCertificate;
  /** The certificate as a key, to be sent. */
  readonly webKey: Readonly<Record<string, unknown>>;
  /** Nothing stands against it. */
  readonly isSound: boolean;
}

export interface Reading {
  /** Whatever it is, also where it is not one certificate. */
  readonly pasted: Pasted;
  readonly insight: Insight;
  readonly checks: readonly Check[];
  readonly compared: readonly { readonly label: string; readonly value: string }[];
  /** To be pinned, where a JWK Set has several certificates; empty where there is at most one. */
  readonly choices: readonly KeyChoice[];
  /** The names that its leaf could be registered by. */
  readonly offered: readonly RegistrableName[];
}

/** What is in `input`, good for `use`; undefined while there is no input, or it is being read. */
export function useReading(input: string | Uint8Array, use: IntendedUse): Reading | undefined {
  const [reading, setReading] = useState<Reading>();
  const [failure, setFailure] = useState<Error>();
  const purpose = JSON.stringify(use);
  useEffect(() => {
    let current = true;
    const isEmpty = typeof input === 'string' ? input.trim() === '' : input.length === 0;
    const settle = (value: Reading | undefined) => {
      if (current) setReading(value);
    };
    if (isEmpty) settle(undefined);
    else void read(input, JSON.parse(purpose) as IntendedUse).then(settle, setFailure);
    return () => {
      current = false;
    };
  }, [input, purpose]);
  // The reader takes any input; that it did not come or broke must not look like an empty field.
  if (failure !== undefined) throw failure;
  return reading;
}

async function read(input: string | Uint8Array, use: IntendedUse): Promise<Reading> {
  const { readPasted, toOneCertificate, lint, whatWillBeCompared, allRegistrableNames, toWebKey } =
    await reader();
  const pasted = await readPasted(input);
  const insight = toOneCertificate(pasted);
  const now = new Date();
  const found = use.mode === 'pin-certificate' && pasted.kind === 'jwks' ? lint(pasted, use, now) : [];
  const choices = use.mode === 'pin-certificate' ? choicesIn(pasted, found, toWebKey) : [];
  // Where there is no one certificate, what there is instead is explained as well; that it is none is said already.
  const explained = insight.readable || pasted.kind === 'refused' ? [] : lint(pasted, use, now);
  const checks =
    choices.length > 0
      ? found
      : [...lint(insight, use, now), ...explained.filter(({ code }) => code !== 'IS_REQUEST')];
  return {
    pasted,
    insight,
    checks,
    choices,
    compared: insight.readable ? whatWillBeCompared(insight.certificates, use) : [],
    offered: insight.readable ? allRegistrableNames(insight.certificates[0]) : [],
  };
}

function choicesIn(
  pasted: Pasted,
  checks: readonly Check[],
  toWebKey: (certificate: DecodedCertificate) => KeyChoice['webKey'],
): KeyChoice[] {
  const keys = pasted.kind === 'jwks' ? pasted.keys : [];
  const choices = keys.flatMap(({ index, chain }) =>
    chain === undefined
      ? []
      : {
          certificate: chain[0],
          webKey: toWebKey(chain[0]),
          isSound: !checks.some(({ key, level }) => key === index && isAgainst(level)),
        },
  );
  return choices.length > 1 ? choices : [];
}

const isAgainst = (level: Check['level']): boolean => level === 'error' || level === 'block';

/** Whether what was read can be sent: readable, and nothing stands against it. */
export function isSendable(reading: Reading | undefined): reading is Reading & { insight: ReadableInsight } {
  return (
    reading !== undefined && reading.insight.readable && !reading.checks.some(({ level }) => isAgainst(level))
  );
}

/** Why a form with this certificate cannot be sent yet. `picked`: how many of its choices are. */
export function holdOf(reading: Reading | undefined, picked = 0): string | undefined {
  if (reading === undefined) return undefined;
  if (reading.choices.length > 0) return picked > 0 ? undefined : 'First pick a certificate above.';
  const count = reading.checks.filter(({ level }) => isAgainst(level)).length;
  if (count === 0) return undefined;
  return count === 1 ? 'First mend the error above.' : `First mend the ${count} errors above.`;
}

/** A private key does not stay on the screen: the field is emptied, and only what was said about it remains. */
export function useRefusedKey(
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
