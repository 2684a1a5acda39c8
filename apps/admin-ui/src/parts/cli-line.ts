/** One word for a POSIX shell, quoted only where that is needed. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export type Options = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What does the same as a screen: `npx holdfast partner create acme --name 'Acme Ltd'`. Options without a value are
 * left out; an empty argument stands as a placeholder in capitals.
 */
export function toCliLine(command: string, args: readonly string[] = [], options: Options = {}): string {
  const flags = Object.entries(options).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : (value ?? []))
      .filter((each) => each !== '')
      .map((each) => `--${name} ${quote(each)}`),
  );
  const words = args.map((word) => (word === '' ? 'ID' : quote(word)));
  // What begins with a dash would be taken for an option: it goes last, after "--".
  return words.some((word) => word.startsWith('-'))
    ? ['npx holdfast', command, ...flags, '--', ...words].join(' ')
    : ['npx holdfast', command, ...words, ...flags].join(' ');
}
