import { describe, expect, it } from '@jest/globals';
import { toThumbprint } from './thumbprint.js';

/** RFC 7638 §3.1 publishes one SHA-256 digest in both forms. */
const BASE64URL = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
const OCTETS = [
  55, 54, 203, 177, 120, 124, 184, 48, 156, 119, 238, 140, 55, 5, 197, 225, 111, 251, 158, 133, 151, 21, 144,
  31, 30, 76, 89, 177, 17, 130, 245, 123,
];
const pairs = OCTETS.map((octet) => octet.toString(16).padStart(2, '0'));

describe('a thumbprint that was typed', () => {
  it.each([
    BASE64URL,
    ` ${BASE64URL}\n`,
    pairs.join(''),
    pairs.join(':').toUpperCase(),
    pairs.join(' '),
    `sha256 Fingerprint=${pairs.join(':').toUpperCase()}`,
  ])('is read: %s', (text) => expect(toThumbprint(text)).toBe(BASE64URL));

  it.each([
    '',
    'abc',
    BASE64URL.slice(1),
    `${BASE64URL}A`,
    `${BASE64URL}=`,
    pairs.slice(1).join(':'),
    '-----BEGIN CERTIFICATE-----',
  ])('is none: %s', (text) => expect(toThumbprint(text)).toBeUndefined());
});
