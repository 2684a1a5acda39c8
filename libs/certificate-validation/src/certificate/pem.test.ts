import { describe, expect, it } from '@jest/globals';
import { readPem, readPemBlock } from './pem.js';

const ONE = '-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n';
const OTHER = ONE.replaceAll('CERTIFICATE', 'X509 CRL');
const block = (label: string, ...octets: number[]) => ({ label, der: Uint8Array.from(octets) });

describe('readPem (RFC 7468)', () => {
  it.each<[string, string, readonly object[]]>([
    ['nothing', '', []],
    ['text without a block', 'no block', []],
    ['a block', ONE, [block('CERTIFICATE', 1, 2, 3)]],
    [
      'two blocks and text around them',
      `text\n${ONE}more\n${OTHER}end`,
      [block('CERTIFICATE', 1, 2, 3), block('X509 CRL', 1, 2, 3)],
    ],
    ['a block on one line', ONE.replaceAll('\n', ' '), [block('CERTIFICATE', 1, 2, 3)]],
    ['lines of CRLF and padding', ONE.replace('AQID', 'AQ\r\nI=\r\n'), [block('CERTIFICATE', 1, 2)]],
    ['two characters of padding', ONE.replace('AQID', 'AQ=='), [block('CERTIFICATE', 1)]],
  ])('reads %s', (_name, text, expected) => {
    expect(readPem(text)).toEqual(expected);
  });

  it.each([
    ['another label at the end', ONE.replace('END CERTIFICATE', 'END X509 CRL')],
    ['no end', ONE.split('-----END')[0]!],
    ['two ends', `${ONE}-----END CERTIFICATE-----`],
    ['an empty body', ONE.replace('AQID', '')],
    ['a character that is not of base64', ONE.replace('AQID', 'AQI!')],
    ['base64url', ONE.replace('AQID', 'AQ-_')],
    ['a body of a wrong length', ONE.replace('AQID', 'AQIDA')],
    ['padding in the middle', ONE.replace('AQID', 'A=ID')],
    ['padding at the beginning', ONE.replace('AQID', '=AQI')],
    ['too much padding', ONE.replace('AQID', 'A===')],
    ['a damaged block after a good one', `${ONE}${ONE.replace('AQID', 'A')}`],
    ['a label in lower case', ONE.replaceAll('CERTIFICATE', 'certificate')],
  ])('reads nothing at all where a block has %s', (_name, text) => {
    expect(readPem(text)).toBeUndefined();
  });
});

describe('readPemBlock', () => {
  it('gives the only block, if it bears the label', () => {
    expect(readPemBlock(ONE, 'CERTIFICATE')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    ['another label', OTHER],
    ['two blocks', ONE + ONE],
    ['two blocks of which the second is another', ONE + OTHER],
    ['no block', 'text'],
    ['a damaged block', ONE.replace('AQID', 'A')],
  ])('gives nothing for %s', (_name, text) => {
    expect(readPemBlock(text, 'CERTIFICATE')).toBeUndefined();
  });
});
