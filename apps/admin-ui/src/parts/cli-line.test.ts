import { describe, expect, it } from '@jest/globals';
import { quote, toCliLine } from './cli-line.js';

describe('a line for the command line', () => {
  it('has the command, its arguments and its options', () => {
    expect(toCliLine('partner create', ['acme'], { name: 'Acme Ltd' })).toBe(
      "npx holdfast partner create acme --name 'Acme Ltd'",
    );
  });

  it('repeats an option for each of its values', () => {
    expect(toCliLine('grant add', [], { client: 'beta-sync', scope: ['orders:read', 'orders:write'] })).toBe(
      'npx holdfast grant add --client beta-sync --scope orders:read --scope orders:write',
    );
  });

  it('leaves out what is not typed yet, and keeps the place of an argument', () => {
    expect(toCliLine('partner create', [''], { name: '', file: undefined })).toBe(
      'npx holdfast partner create ID',
    );
  });

  it('puts an argument that begins with a dash where it is no option', () => {
    expect(toCliLine('certificate block', ['-kEo'], { note: 'laptop stolen' })).toBe(
      "npx holdfast certificate block --note 'laptop stolen' -- -kEo",
    );
  });

  it.each([
    ['CN=orders,O=Acme,C=SE', "'CN=orders,O=Acme,C=SE'"],
    ["O'Hara; rm -rf $HOME", "'O'\\''Hara; rm -rf $HOME'"],
    ['`id`', "'`id`'"],
    ['', "''"],
    ['https://api.acme.example', 'https://api.acme.example'],
  ])('quotes %s so that no shell reads anything into it', (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });
});
