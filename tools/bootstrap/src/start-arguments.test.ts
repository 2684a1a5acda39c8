import { describe, expect, it } from '@jest/globals';
import { parseStartArguments } from './start-arguments.mjs';

describe('parseStartArguments', () => {
  it('starts and stays up without arguments', () => {
    expect(parseStartArguments([])).toEqual({ once: false, reset: false, help: false });
  });

  it('takes its flags in any order', () => {
    expect(parseStartArguments(['--reset', '--once'])).toEqual({ once: true, reset: true, help: false });
  });

  it.each(['--Once', '--once=1', 'once', '', '--', '__proto__'])(
    'names the unknown argument "%s"',
    (argument) => {
      expect(parseStartArguments(['--once', argument]).unknown).toBe(argument);
    },
  );
});
