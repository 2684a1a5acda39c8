import { Text } from '@mantine/core';
import { toAbsolute, toRelative, toUtc } from './dates.js';

/** A date, relative and absolute with its zone; UTC on hover. */
export function When({ at }: { at: string }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <>{at}</>;
  return (
    <time dateTime={at} title={toUtc(date)}>
      {toRelative(date, new Date())}
      <Text span size="xs" c="dimmed" display="block">
        {toAbsolute(date)}
      </Text>
    </time>
  );
}
