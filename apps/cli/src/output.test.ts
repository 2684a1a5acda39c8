import { describe, expect, it } from '@jest/globals';
import { Output, toRecord, type Format } from './output.js';

const ROWS = [
  { id: 'a', tags: ['x', 'y'], note: null },
  { id: 'longer', tags: [], note: 'ümlaut' },
];
const COLUMNS = [
  ['ID', ({ id }: (typeof ROWS)[number]) => id],
  ['TAGS', ({ tags }: (typeof ROWS)[number]) => tags],
  ['NOTE', ({ note }: (typeof ROWS)[number]) => note],
] as const;

function printed(format: Format): string {
  let text = '';
  const world = {
    stdout: (data: string | Uint8Array) => void (text += String(data)),
    stderr: () => undefined,
  };
  new Output(world, format).list(ROWS, COLUMNS, 'rows');
  return text;
}

describe('Output', () => {
  it('aligns the columns of a table and leaves no blanks at the end of a line', () => {
    expect(printed('table')).toBe('ID      TAGS  NOTE\na       x y   -\nlonger  -     ümlaut\n');
  });

  it('prints JSON that can be read again', () => {
    expect(JSON.parse(printed('json'))).toEqual(ROWS);
  });

  it('prints YAML', () => {
    expect(printed('yaml')).toContain('- id: a\n  tags:\n    - x\n    - y\n  note: null\n');
  });

  it('shows what could steer a terminal as an escape', () => {
    expect(toRecord({ name: 'a\u001b]0;title\u0007\u202eb\nc' })).toBe(
      'name  a\\u{1b}]0;title\\u{7}\\u{202e}b\\u{a}c\n',
    );
  });
});
