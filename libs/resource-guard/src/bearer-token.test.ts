import { describe, expect, it } from '@jest/globals';
import { AccessRefused, readBearerToken, type TokenCarrier } from './index.js';

const TOKEN = 'aaa.bbb.ccc';
const carrier = (headers: readonly string[], rest: { url?: string; body?: unknown } = {}): TokenCarrier => ({
  raw: { rawHeaders: headers.flatMap((value) => ['Authorization', value]), url: rest.url ?? '/' },
  body: rest.body,
});

function rejectionOf(request: TokenCarrier): string {
  try {
    return `accepted ${readBearerToken(request)}`;
  } catch (error) {
    if (error instanceof AccessRefused) return error.rejection;
    throw error;
  }
}

describe('readBearerToken', () => {
  it.each([`Bearer ${TOKEN}`, `bEARER ${TOKEN}`, `Bearer   ${TOKEN}`])(
    'reads %j (RFC 6750 §2.1, RFC 9110 §11.1; TV-26)',
    (value) => {
      expect(readBearerToken(carrier([value]))).toBe(TOKEN);
    },
  );

  it.each<[name: string, request: TokenCarrier, rejection: string]>([
    ['says that there is none without a header (RFC 6750 §3.1)', carrier([]), 'token_absent'],
    ['says that there is none for another scheme', carrier(['Basic YTpi']), 'token_absent'],
    ['refuses the scheme alone', carrier(['Bearer']), 'credentials_malformed'],
    ['refuses two words', carrier([`Bearer ${TOKEN} x`]), 'credentials_malformed'],
    [
      'refuses characters that no token has (RFC 6750 §2.1)',
      carrier(['Bearer a,b']),
      'credentials_malformed',
    ],
    [
      'refuses two headers (RFC 6750 §2)',
      carrier([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]),
      'credentials_malformed',
    ],
    [
      'refuses a token in the query (RFC 6750 §2.3; TV-23)',
      carrier([], { url: `/orders?a=b&access_token=${TOKEN}` }),
      'credentials_malformed',
    ],
    [
      'refuses an encoded name in the query too (RFC 6750 §2.3; TV-23)',
      carrier([`Bearer ${TOKEN}`], { url: `/orders?access%5Ftoken=${TOKEN}` }),
      'credentials_malformed',
    ],
    [
      'refuses a token in header and body (RFC 6750 §2; TV-24)',
      carrier([`Bearer ${TOKEN}`], { body: { access_token: TOKEN } }),
      'credentials_malformed',
    ],
  ])('%s', (_name, request, rejection) => expect(rejectionOf(request)).toBe(rejection));
});
