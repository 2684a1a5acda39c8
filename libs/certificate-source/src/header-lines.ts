/**
 * The header lines as they came (`rawHeaders`), names and values in turn: `headers` of Node drops or joins repeated ones, and
 * what was repeated must be seen.
 */
export type HeaderLines = readonly string[];

/** The values of all lines with this name, given in lower case. */
export function valuesOf(lines: HeaderLines, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    const text = lines[index]!;
    // Most names differ in length already, and every request is asked several times.
    if (text.length === name.length && text.toLowerCase() === name) values.push(lines[index + 1]!);
  }
  return values;
}
