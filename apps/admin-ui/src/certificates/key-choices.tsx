import { Checkbox, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { toAbsolute } from '../parts/dates.js';
import type { KeyChoice } from './use-insight.js';

export const thumbprintOf = ({ certificate }: KeyChoice): string => certificate.thumbprint.x5tS256;

/** The certificates of a JWK Set, each to be taken or left. By their thumbprints. */
export function KeyChoices({
  choices,
  picked,
  taken,
  onPicked,
}: {
  choices: readonly KeyChoice[];
  picked: readonly string[];
  /** Those that are registered already. */
  taken: ReadonlySet<string>;
  onPicked: (picked: readonly string[]) => void;
}) {
  return (
    <Checkbox.Group
      label="Which of them"
      description={`${picked.length} of the ${choices.length} certificates in this JWK Set`}
      value={[...picked]}
      onChange={onPicked}
    >
      <Stack gap="sm" mt="xs">
        {choices.map((choice) => (
          <Checkbox
            key={thumbprintOf(choice)}
            value={thumbprintOf(choice)}
            label={choice.certificate.subject.text || '(no name)'}
            description={describe(choice, taken.has(thumbprintOf(choice)))}
            disabled={!choice.isSound || taken.has(thumbprintOf(choice))}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function describe(choice: KeyChoice, isTaken: boolean): ReactNode {
  if (isTaken) return 'is registered already';
  if (!choice.isSound) return 'cannot be taken: see the checks';
  const { notAfter, key } = choice.certificate;
  return (
    <>
      {key.name}, valid until {toAbsolute(notAfter)}
      <br />
      x5t#S256 <span className="value">{thumbprintOf(choice)}</span>
    </>
  );
}
