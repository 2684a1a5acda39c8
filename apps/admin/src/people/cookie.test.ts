import { describe, expect, it } from '@jest/globals';
import { readSessionId } from './cookie.js';

describe('readSessionId', () => {
  it.each<[name: string, header: string | undefined, id: string | undefined]>([
    ['reads the one that is there', '__Host-holdfast=abc', 'abc'],
    ['reads it among others', 'a=b; __Host-holdfast=abc; c=d', 'abc'],
    ['finds none without cookies', undefined, undefined],
    ['finds none in the name without its prefix (AW-12)', 'holdfast=abc', undefined],
    ['finds none in another name that ends like it', 'x__Host-holdfast=abc', undefined],
    ['finds none in two', '__Host-holdfast=abc; __Host-holdfast=def', undefined],
  ])('%s', (_name, header, id) => expect(readSessionId(header)).toBe(id));
});
