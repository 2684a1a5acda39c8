import { beforeAll, describe, expect, it } from '@jest/globals';
import { whatWillBeCompared } from './comparison.js';
import { allRegistrableNames, type NameField } from './registrable-names.js';
import {
  ANCHOR,
  BY_DNS,
  BY_SUBJECT,
  pastedWorld,
  PIN,
  read,
  type PastedWorld,
} from './testing/pasted-world.js';

describe('whatWillBeCompared', () => {
  let world: PastedWorld;
  beforeAll(async () => {
    world = await pastedWorld();
  });

  it('is the whole subject (RFC 8705 §2.1.2)', async () => {
    const { certificates } = await read(world.leaf.pem);
    expect(whatWillBeCompared(certificates, BY_SUBJECT)).toEqual([
      { label: 'Subject', value: 'CN=payments,OU=API,O=Acme,C=GB' },
    ]);
  });

  it('is one of the exact DNS names, never a wildcard (RFC 8705 §7.5)', async () => {
    const { certificates } = await read(
      await world.leafWith({ san: { dns: ['a.example', '*.example', 'b.example'] } }),
    );
    const values = whatWillBeCompared(certificates, BY_DNS).map(({ value }) => value);
    expect(values).toEqual(['a.example', 'b.example']);
  });

  it.each<[field: NameField, label: string, values: string[]]>([
    ['san_uri', 'URI', ['https://a.example/X', 'urn:b']],
    ['san_ip', 'IP address', ['192.0.2.7', '2001:db8::1', '::ffff:a00:1']],
    ['san_email', 'E-mail address', ['Orders@a.example']],
  ])('is one of the names of the kind %s (RFC 8705 §2.1.2)', async (field, label, values) => {
    const { certificates } = await read(
      await world.leafWith({
        san: {
          uri: ['https://a.example/X', 'spiffe://a.example/b', 'urn:b'],
          ip: ['192.0.2.7', '2001:db8::1', '::ffff:a00:1'],
          email: ['Orders@a.example', '"quoted"@a.example', 'a.example'],
        },
      }),
    );
    expect(whatWillBeCompared(certificates, { mode: 'match-by-name', field })).toEqual(
      values.map((value) => ({ label, value })),
    );
  });

  it('offers every name that the certificate could be registered by', async () => {
    const { certificates } = await read(
      await world.leafWith({ san: { dns: ['a.example'], uri: ['spiffe://a.example/b'] } }),
    );
    expect(allRegistrableNames(certificates[0])).toEqual([
      { field: 'subject_dn', label: 'Subject', value: 'CN=payments,OU=API,O=Acme,C=GB' },
      { field: 'san_dns', label: 'DNS name', value: 'a.example' },
      { field: 'san_uri', label: 'URI', value: 'spiffe://a.example/b' },
    ]);
  });

  it('is the thumbprint of a pinned certificate, in both spellings (RFC 8705 §3.1)', async () => {
    const { certificates } = await read(world.leaf.pem);
    const values = whatWillBeCompared(certificates, PIN).map(({ value }) => value);
    expect(values).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/),
    ]);
  });

  it('is the key of a certificate of which the key is pinned', async () => {
    const { certificates } = await read(world.leaf.pem);
    expect(whatWillBeCompared(certificates, { ...PIN, match: 'public-key' })).toEqual([
      { label: 'SHA-256 of its public key', value: certificates[0].keyThumbprint },
    ]);
  });

  it('is name and key of the topmost authority', async () => {
    const { certificates } = await read(world.intermediate.pem + world.root.pem);
    expect(whatWillBeCompared(certificates, ANCHOR)).toEqual([
      { label: 'Name of the authority', value: 'CN=Root CA,O=Acme' },
      { label: 'SHA-256 of its public key', value: certificates[1]!.keyThumbprint },
    ]);
  });

  it('is nothing where the certificate has no such name', async () => {
    const { certificates } = await read(
      await world.leafWith({ subject: Uint8Array.of(0x30, 0), san: undefined }),
    );
    expect(whatWillBeCompared(certificates, BY_SUBJECT)).toEqual([]);
    expect(whatWillBeCompared(certificates, BY_DNS)).toEqual([]);
  });
});
