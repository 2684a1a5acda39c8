import { Text } from '@mantine/core';
import { toAbsolute, toRelative, toUtc } from './dates.js';

/** A date, relative and absolute with its zone; UTC on hover. `inline`: within a sentence. */
export function When({ at, inline = false }: { at: string; inline?: boolean }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <>{at}</>;
  const absolute = toAbsolute(date);
  return (
    <time dateTime={at} title={toUtc(date)}>
      {toRelative(date, new Date())}
      {inline ? (
        ` (${absolute})`
      ) : (
        <Text span size="xs" c="dimmed" display="block">
          {absolute}
        </Text>
      )}
    </time>
  );
}
