import { describe, expect, it } from '@jest/globals';
import { bytes } from '../testing/der-surgery.js';
import { DNS_SUBTREE, EMAIL_SUBTREE, IP_SUBTREE, URI_SUBTREE, type SubtreeRule } from './name-subtree.js';

/** What both questions about a base and a name are answered with. */
const INSIDE = { permitted: true, excluded: true };
const OUTSIDE = { permitted: false, excluded: false };
/** It stands for names inside and for others outside, or cannot be read: refused by either kind of constraint. */
const NEITHER = { permitted: false, excluded: true };

type Row = readonly [base: string, name: string, verdict: typeof INSIDE];

const DNS: readonly Row[] = [
  ['a.example', 'a.example', INSIDE],
  ['a.example', 'b.a.example', INSIDE],
  ['a.example', 'ba.example', OUTSIDE],
  ['a.example', 'example', OUTSIDE],
  ['A.Example', 'a.eXAMPLE.', INSIDE],
  ['a.example.', 'a.example', INSIDE],
  ['a.example.b', 'a.example', OUTSIDE],
  ['.a.example', 'a.example', OUTSIDE],
  ['.a.example', 'b.a.example', INSIDE],
  ['.a.example.', 'b.a.example', INSIDE],
  ['', 'a.example', INSIDE],
  ['', 'example', INSIDE],
  ['.', 'a.example', NEITHER],
  ['a..example', 'a.example', NEITHER],
  ['a.example/', 'a.example', NEITHER],
  ['*.example', 'a.example', NEITHER],
  ['a.example', '', NEITHER],
  ['a.example', '.', NEITHER],
  ['a.example', '.a.example', NEITHER],
  ['a.example', 'b..a.example', NEITHER],
  ['a.example', 'a.example..', NEITHER],
  ['a.example', 'a.example\0.b', NEITHER],
  ['a.example', 'b c.a.example', NEITHER],
  ['_a.example', 'x-1._a.example', INSIDE],
  ['a.example', 'b*.a.example', INSIDE],
  ['a.example', '*.a.example', INSIDE],
  ['a.example', '*.b.a.example', INSIDE],
  ['b.a.example', '*.a.example', NEITHER],
  ['c.b.a.example', '*.a.example', OUTSIDE],
  ['.b.a.example', '*.a.example', OUTSIDE],
  ['b.other.example', '*.a.example', OUTSIDE],
  ['.a.example', '*.a.example', INSIDE],
  ['', '*', NEITHER],
  ['', '*.*', NEITHER],
  ['', '*.example', INSIDE],
];

const EMAIL: readonly Row[] = [
  ['a.example', 'ops@a.example', INSIDE],
  ['a.example', 'ops@A.Example', INSIDE],
  ['A.Example', 'ops@a.example', INSIDE],
  ['a.example', 'ops@b.a.example', OUTSIDE],
  ['.a.example', 'ops@b.a.example', INSIDE],
  ['.a.example', 'ops@a.example', OUTSIDE],
  ['.a.example', 'ops@ba.example', OUTSIDE],
  ['ops@a.example', 'ops@a.example', INSIDE],
  ['ops@A.example', 'ops@a.example', INSIDE],
  ['ops@a.example', 'Ops@a.example', NEITHER],
  ['ops@a.example', 'sales@a.example', OUTSIDE],
  ['ops@a.example', 'ops@b.example', OUTSIDE],
  ['o.p+s~1@a.example', 'o.p+s~1@a.example', INSIDE],
  ['', 'ops@a.example', NEITHER],
  ['.', 'ops@a.example', NEITHER],
  ['a_b.example', 'ops@a_b.example', INSIDE],
  ['192.0.2.1', 'ops@192.0.2.1', NEITHER],
  ['@a.example', 'ops@a.example', NEITHER],
  ['ops@', 'ops@a.example', NEITHER],
  ['a.example', 'ops', NEITHER],
  ['a.example', '', NEITHER],
  ['a.example', '@a.example', NEITHER],
  ['a.example', 'ops@', NEITHER],
  ['a.example', 'a@b@a.example', NEITHER],
  ['a.example', '"a b"@a.example', NEITHER],
  ['a.example', 'a b@a.example', NEITHER],
  ['a.example', 'ops@a..example', NEITHER],
  ['a.example', 'ops@a.example.', NEITHER],
  ['a.example', 'ops@[192.0.2.1]', NEITHER],
];

const URI: readonly Row[] = [
  ['a.example', 'https://a.example', INSIDE],
  ['a.example', 'https://a.example/', INSIDE],
  ['a.example', 'https://a.example?q', INSIDE],
  ['a.example', 'https://a.example#f', INSIDE],
  ['a.example', 'https://a.example:', INSIDE],
  ['a.example', 'https://a.example:8443', INSIDE],
  ['a.example', 'https://a.example:8443/b@c.example', INSIDE],
  ['a.example', 'https://@a.example/', INSIDE],
  ['a.example', 'https://user:pass@a.example/', INSIDE],
  ['a.example', 'HTTPS://A.EXAMPLE./', INSIDE],
  ['A.example', 'a+b-1.c://a.example/x', INSIDE],
  ['a.example', 'https://b.a.example/', OUTSIDE],
  ['.a.example', 'https://b.a.example/', INSIDE],
  ['.a.example', 'https://a.example/', OUTSIDE],
  ['.a.example', 'https://ba.example/', OUTSIDE],
  ['a.example', 'https://b.example/a.example', OUTSIDE],
  ['a.example', 'https://a.example@b.example/', OUTSIDE],
  ['a.example', 'https://b.example?@a.example', OUTSIDE],
  ['', 'https://a.example/', NEITHER],
  ['.', 'https://a.example/', NEITHER],
  ['a..example', 'https://a.example/', NEITHER],
  ['192.0.2.1', 'https://a.example/', NEITHER],
  ['1', 'https://a.example/', NEITHER],
  ['a.example', '', NEITHER],
  ['a.example', 'urn:a.example', NEITHER],
  ['a.example', '//a.example/', NEITHER],
  ['a.example', '1s://a.example/', NEITHER],
  ['a.example', ' https://a.example/', NEITHER],
  ['a.example', 'https:///a.example', NEITHER],
  ['a.example', 'https://a.example:80a/', NEITHER],
  ['a.example', 'https://x@y@a.example/', NEITHER],
  ['a.example', 'https://a.example..', NEITHER],
  ['a.example', 'https://a.example%2f', NEITHER],
  ['a.example', 'https://[2001:db8::1]/', NEITHER],
  ['a.example', 'https://192.0.2.1/', NEITHER],
  ['a.example', 'https://192.0.2.17/', NEITHER],
  ['a.example', 'https://0x7f000001/', NEITHER],
  ['a.example', 'https://a.0x/', NEITHER],
  ['a.example', 'https://a.0x7f/', NEITHER],
  ['a.example', 'https://2130706433/', NEITHER],
  ['a.example', 'https://1.example/', OUTSIDE],
  ['a.example', 'https://a.x1/', OUTSIDE],
  ['a.example', 'https://a.0xg/', OUTSIDE],
  ['1.example', 'https://1.example/', INSIDE],
];

const verdictOf = <Name, Base>(rule: SubtreeRule<Name, Base>, base: Base, name: Name) => ({
  permitted: rule.permits(base, name),
  excluded: rule.excludes(base, name),
});

describe.each([
  ['dNSName', DNS_SUBTREE, DNS],
  ['rfc822Name', EMAIL_SUBTREE, EMAIL],
  ['uniformResourceIdentifier', URI_SUBTREE, URI],
] as const)('a subtree of %s (RFC 5280 §4.2.1.10)', (_kind, rule, rows) => {
  it.each(rows.filter(([, , verdict]) => verdict === INSIDE))('of base "%s" has "%s" in it', (base, name) => {
    expect(verdictOf(rule, base, name)).toEqual(INSIDE);
  });

  it.each(rows.filter(([, , verdict]) => verdict === OUTSIDE))('of base "%s" lacks "%s"', (base, name) => {
    expect(verdictOf(rule, base, name)).toEqual(OUTSIDE);
  });

  it.each(rows.filter(([, , verdict]) => verdict === NEITHER))(
    'of base "%s" never permits and always excludes "%s"',
    (base, name) => {
      expect(verdictOf(rule, base, name)).toEqual(NEITHER);
    },
  );
});

describe('a subtree of iPAddress (RFC 5280 §4.2.1.10)', () => {
  const range = { address: bytes(10, 1, 0, 0), mask: bytes(255, 255, 0, 0) };

  it.each([
    ['its first address', [10, 1, 0, 0], INSIDE],
    ['its last address', [10, 1, 255, 255], INSIDE],
    ['the address before', [10, 0, 255, 255], OUTSIDE],
    ['the address behind', [10, 2, 0, 0], OUTSIDE],
    ['an address that differs in the first octet only', [11, 1, 0, 0], OUTSIDE],
    ['an address with more octets', [10, 1, 0, 0, 0], OUTSIDE],
    ['an address with fewer', [10, 1, 0], OUTSIDE],
    ['no octet at all', [], OUTSIDE],
  ])('judges %s', (_what, octets, verdict) => {
    expect(verdictOf(IP_SUBTREE, range, bytes(...octets))).toEqual(verdict);
  });
});
