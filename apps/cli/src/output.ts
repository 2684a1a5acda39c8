import { stringify } from 'yaml';
import type { World } from './world.js';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** One column of a table: its heading, and a row's text for it. */
export type Column<T> = readonly [heading: string, text: (row: T) => unknown];

/** Data to stdout in the format asked for; talk to stderr. */
export class Output {
  constructor(
    private readonly world: Pick<World, 'stdout' | 'stderr'>,
    readonly format: Format,
  ) {}

  /** A list: a table, or an array. An empty table is said rather than shown. */
  list<T>(rows: readonly T[], columns: readonly Column<T>[], what: string): void {
    this.data(rows, () => toTable(rows, columns));
    if (rows.length === 0 && this.format === 'table') this.say(`No ${what}.`);
  }

  /** One thing: a line for each of its members, or an object. */
  item(value: object): void {
    this.data(value, () => toRecord(value));
  }

  /** `value` as JSON or YAML, or the text of the table format. */
  data(value: unknown, asTable: () => string): void {
    this.world.stdout(FORMATTERS[this.format](value, asTable));
  }

  /** Bytes as they are, in every format. */
  raw(bytes: Uint8Array): void {
    this.world.stdout(bytes);
  }

  /** A sentence for the person at the terminal. */
  say(line: string): void {
    this.world.stderr(`${line}\n`);
  }
}

const FORMATTERS: Readonly<Record<Format, (value: unknown, asTable: () => string) => string>> = {
  table: (_value, asTable) => asTable(),
  json: (value) => `${JSON.stringify(value, undefined, 2)}\n`,
  yaml: (value) => stringify(value),
};

/** Rows under headings, columns aligned; nothing at all for no rows. */
export function toTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  if (rows.length === 0) return '';
  const headings = columns.map(([heading]) => heading);
  return align([headings, ...rows.map((row) => columns.map(([, text]) => toText(text(row))))]);
}

/** One line for each member of an object, values aligned. */
export function toRecord(value: object): string {
  return align(Object.entries(value).map(([name, member]) => [name, toText(member)]));
}

/** Text of a server or a file, fit for a terminal: what could steer the terminal is shown as an escape. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

function toText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((member) => typeof member !== 'object')) {
    return value.length === 0 ? '-' : printable(value.join(' '));
  }
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = lines.reduce<number[]>(
    (known, cells) => cells.map((cell, index) => Math.max(known[index] ?? 0, lengthOf(cell))),
    [],
  );
  const pad = (cell: string, index: number): string => cell + ' '.repeat(widths[index]! - lengthOf(cell) + 2);
  return lines.map((cells) => `${cells.map(pad).join('').trimEnd()}\n`).join('');
}

const lengthOf = (text: string): number => [...text].length;
