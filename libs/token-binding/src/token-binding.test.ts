import { describe, expect, it } from '@jest/globals';
import {
  confirmedThumbprint,
  isSameThumbprint,
  parseThumbprint,
  thumbprintOf,
  toConfirmation,
} from './index.js';

/** RFC 8705 Appendix A, Figures 5 and 6. */
const RFC8705_CERTIFICATE = `
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=`;
const RFC8705_THUMBPRINT = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';

const thumbprint = thumbprintOf(Buffer.from(RFC8705_CERTIFICATE, 'base64'));

describe('thumbprintOf', () => {
  it('gives the thumbprint of RFC 8705 Appendix A for its certificate', () => {
    expect(thumbprint).toBe(RFC8705_THUMBPRINT);
  });
});

describe('parseThumbprint', () => {
  it('accepts 43 characters of base64url (RFC 8705 §3.1)', () => {
    expect(parseThumbprint(RFC8705_THUMBPRINT)).toBe(RFC8705_THUMBPRINT);
  });
  it.each<[string, unknown]>([
    ['hex', Buffer.from(RFC8705_THUMBPRINT, 'base64url').toString('hex')],
    ['padding', `${RFC8705_THUMBPRINT}=`],
    ['standard base64', RFC8705_THUMBPRINT.replace('4', '+')],
    ['SHA-1 length', 'A4DtL2JmUMhAsvJj5tKyn64Sqzm'],
    ['non-zero trailing bits', `${RFC8705_THUMBPRINT.slice(0, 42)}1`],
    ['a line break', `${RFC8705_THUMBPRINT}\n`],
    ['a number', 7],
    ['nothing', undefined],
  ])('refuses %s (RFC 8705 §3.1)', (_name, text) => expect(parseThumbprint(text)).toBeUndefined());
});

describe('confirmedThumbprint', () => {
  it('reads what toConfirmation wrote (RFC 8705 §3.1)', () => {
    expect(confirmedThumbprint(toConfirmation(thumbprint))).toBe(thumbprint);
  });
  it.each<[string, unknown]>([
    ['no cnf', undefined],
    ['null', null],
    ['a list', [RFC8705_THUMBPRINT]],
    ['an empty object', {}],
    ['another member only', { jkt: RFC8705_THUMBPRINT }],
    [
      'a second member that would have to hold too',
      { 'x5t#S256': RFC8705_THUMBPRINT, jkt: RFC8705_THUMBPRINT },
    ],
    ['a number', { 'x5t#S256': 1 }],
  ])('confirms nothing for %s (RFC 7800 §3.1)', (_name, cnf) =>
    expect(confirmedThumbprint(cnf)).toBeUndefined(),
  );
});

describe('isSameThumbprint', () => {
  it('tells one certificate from another', () => {
    expect(isSameThumbprint(thumbprint, thumbprintOf(Buffer.from(RFC8705_CERTIFICATE, 'base64')))).toBe(true);
    expect(isSameThumbprint(thumbprint, thumbprintOf(Buffer.from('other')))).toBe(false);
  });
});
