import type { Check } from '@holdfast/certificate-insight';
import { Text, Title } from '@mantine/core';
import { Copy } from '../parts/copy.js';
import { CrossIcon, DoneIcon, WarningIcon } from '../parts/icons.js';

const LEVELS = {
  block: { word: 'Refused', icon: <CrossIcon /> },
  error: { word: 'Error', icon: <CrossIcon /> },
  warning: { word: 'Warning', icon: <WarningIcon /> },
  ok: { word: 'Good', icon: <DoneIcon /> },
} as const;

/** What is wrong with what was given, how to mend it, and what is right. */
export function Checks({ checks: all }: { checks: readonly Check[] }) {
  const checks = all.filter(isSaidOnce);
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

/** What is right with several certificates of a JWK Set is said of all of them alike. */
const isSaidOnce = (check: Check, index: number, all: readonly Check[]): boolean =>
  check.level !== 'ok' || all.findIndex(({ text }) => text === check.text) === index;
