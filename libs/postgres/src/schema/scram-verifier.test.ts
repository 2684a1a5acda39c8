import { describe, expect, it } from '@jest/globals';
import { toScramVerifier } from './scram-verifier.js';

describe('toScramVerifier', () => {
  it('keeps neither the password nor anything it can be read from (RFC 5802 §3)', () => {
    const verifier = toScramVerifier('correct-horse-battery', Buffer.alloc(16, 1));
    expect(verifier).toMatch(
      /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/,
    );
    expect(verifier).not.toContain('correct');
  });
  it('gives the same verifier for the same salt, and another for another', () => {
    const salt = Buffer.alloc(16, 7);
    expect(toScramVerifier('correct-horse-battery', salt)).toBe(
      toScramVerifier('correct-horse-battery', salt),
    );
    expect(toScramVerifier('correct-horse-battery')).not.toBe(toScramVerifier('correct-horse-battery'));
  });
  it.each(['', 'short', 'with a space in it', 'pässword-pässword', 'x'.repeat(257), 'line\nbreak-in-it'])(
    'refuses %j as a password (RFC 4013 is not applied)',
    (password) => expect(() => toScramVerifier(password)).toThrow(/12 to 256 printable ASCII/),
  );
});
