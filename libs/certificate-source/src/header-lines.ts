import type { IncomingMessage } from 'node:http';

/** The header lines as they came: Node drops or joins repeated ones, and what was repeated must be seen. */
export type HeaderLines = IncomingMessage['rawHeaders'];

/** The values of all lines with this name, given in lower case. */
export function valuesOf(lines: HeaderLines, name: string): readonly string[] {
  return lines.filter((_, index) => index % 2 === 1 && lines[index - 1]!.toLowerCase() === name);
}
