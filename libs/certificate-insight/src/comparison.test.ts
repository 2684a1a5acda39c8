import { beforeAll, describe, expect, it } from '@jest/globals';
import { whatWillBeCompared } from './comparison.js';
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

  it('is the thumbprint of a pinned certificate, in both spellings (RFC 8705 §3.1)', async () => {
    const { certificates } = await read(world.leaf.pem);
    const values = whatWillBeCompared(certificates, PIN).map(({ value }) => value);
    expect(values).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/),
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
