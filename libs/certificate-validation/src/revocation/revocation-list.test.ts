import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeChildren, encodeDer, makeRevocationList, TAG, type RawExtension } from '@holdfast/test-pki';
import type { CertificateFault } from '../fault.js';
import { bytes } from '../testing/der-surgery.js';
import { NOON, partnerWorld, YEAR, type PartnerWorld } from '../testing/partner-world.js';
import { parseRevocationList } from './revocation-list.js';

const NUMBER: RawExtension = { oid: '2.5.29.20', value: bytes(2, 1, 7) };
const DAY = { thisUpdate: NOON, nextUpdate: YEAR.notAfter } as const;

let world: PartnerWorld;
let valid: Uint8Array;
beforeAll(async () => {
  world = await partnerWorld();
  valid = make((tbs) => tbs);
});

const make = (tamper: (tbs: Uint8Array) => Uint8Array): Uint8Array =>
  makeRevocationList(world.root, {
    ...DAY,
    revoked: [{ certificate: world.intermediate.der, since: NOON, reason: 1 }],
    extensions: [NUMBER],
    tamper,
  });

/** Version, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions. */
const withField = (at: number, edit: (old: Uint8Array) => Uint8Array) => (tbs: Uint8Array) =>
  encodeDer(TAG.sequence, ...decodeChildren(tbs).map((field, index) => (index === at ? edit(field) : field)));

const NOTHING = (): Uint8Array => bytes();

describe('parseRevocationList', () => {
  it('reads the valid world', () => {
    const result = parseRevocationList(valid);
    expect(result).toMatchObject({
      parsed: true,
      list: { thisUpdate: NOON, nextUpdate: YEAR.notAfter, isDelta: false, isUnprocessable: false },
    });
    expect(result.parsed && [...result.list.revoked.values()]).toEqual([{ since: NOON, reason: 1 }]);
  });

  it('reads a list of version 1', () => {
    const first = makeRevocationList(world.root, { ...DAY, tamper: withField(0, NOTHING) });
    expect(parseRevocationList(first)).toMatchObject({ parsed: true, list: { revoked: new Map() } });
  });

  it.each<[name: string, change: (tbs: Uint8Array) => Uint8Array, fault: CertificateFault]>([
    ['version 1 with extensions (RFC 5280 §5.1.2.1)', withField(0, NOTHING), 'cert.version'],
    ['version 1 written out', withField(0, () => bytes(2, 1, 0)), 'cert.version'],
    ['version 3', withField(0, () => bytes(2, 1, 2)), 'cert.version'],
    [
      'another algorithm inside (RFC 5280 §5.1.1.2)',
      withField(1, () => bytes(0x30, 3, 6, 1, 1)),
      'cert.sig_alg_mismatch',
    ],
    ['an empty issuer', withField(2, () => bytes(0x30, 0)), 'cert.name_malformed'],
    [
      'a time that is none',
      withField(3, () => encodeDer(TAG.utcTime, Buffer.from('269901120000Z'))),
      'cert.time_encoding',
    ],
    [
      'an empty list of entries (RFC 5280 §5.1.2.6)',
      withField(5, () => bytes(0x30, 0)),
      'cert.extension_malformed',
    ],
    ['an entry that is none', withField(5, () => bytes(0x30, 2, 5, 0)), 'der.tag'],
    ['empty extensions', withField(6, () => bytes(0xa0, 2, 0x30, 0)), 'cert.extension_malformed'],
    [
      'something after the extensions',
      (tbs) => encodeDer(TAG.sequence, ...decodeChildren(tbs), bytes(5, 0)),
      'der.trailing',
    ],
  ])('refuses %s', (_name, change, fault) => {
    expect(parseRevocationList(make(change))).toEqual({ parsed: false, fault });
  });

  it.each<[string, Uint8Array]>([
    ['an empty one (RFC 5280 §5.2.5)', bytes(0x30, 0)],
    ['one for users and authorities', bytes(0x30, 6, 0x81, 1, 0xff, 0x82, 1, 0xff)],
    ['a default that is written out', bytes(0x30, 3, 0x81, 1, 0)],
    ['a name of an unknown kind', bytes(0x30, 4, 0xa0, 2, 0xa2, 0)],
    ['a name without names', bytes(0x30, 4, 0xa0, 2, 0xa0, 0)],
    ['something after the name', bytes(0x30, 8, 0xa0, 6, 0xa0, 2, 0x86, 0, 5, 0)],
  ])('refuses an issuing distribution point: %s', (_name, value) => {
    const der = makeRevocationList(world.root, {
      ...DAY,
      extensions: [{ oid: '2.5.29.28', critical: true, value }],
    });
    expect(parseRevocationList(der).parsed).toBe(false);
  });

  it('never throws, whatever octet is changed or cut off', () => {
    for (let at = 0; at < valid.length; at++) {
      const changed = Uint8Array.from(valid);
      changed[at]! ^= 0x81;
      expect(typeof parseRevocationList(changed).parsed).toBe('boolean');
      expect(parseRevocationList(valid.subarray(0, at)).parsed).toBe(false);
    }
  });
});
