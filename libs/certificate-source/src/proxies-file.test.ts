import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '@holdfast/test-pki';
import { readProxiesFile } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-proxies-'));
const THUMBPRINT = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';
const EDGE = {
  name: 'edge',
  addresses: ['10.0.0.0/24', '2001:db8::1'],
  certificate: { thumbprints: [THUMBPRINT] },
  basic: { user: 'edge', passwordFile: 'password' },
  format: 'nginx',
  certificateHeader: 'X-Client-Cert',
  proxyValidates: false,
};

beforeAll(async () => {
  const root = await createAuthority({
    subject: 'CN=proxies',
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2100-01-01'),
  });
  writeFileSync(join(directory, 'ca.pem'), root.pem);
  writeFileSync(join(directory, 'password'), 'p'.repeat(32));
  writeFileSync(join(directory, 'short'), 'p'.repeat(31));
});
afterAll(() => rmSync(directory, { recursive: true }));

function read(content: unknown): ReturnType<typeof readProxiesFile> {
  const file = join(directory, 'proxies.yaml');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readProxiesFile(file);
}

function problemsOf(...entries: readonly unknown[]): readonly string[] {
  const file = read({ proxies: entries });
  return file.usable ? [] : file.problems;
}

describe('readProxiesFile', () => {
  it('reads a proxy with its credentials, addresses and headers, in lower case', () => {
    const file = read({ proxies: [EDGE] });
    expect(file).toMatchObject({
      usable: true,
      proxies: [{ name: 'edge', format: 'nginx', certificateHeader: 'x-client-cert', proxyValidates: false }],
    });
    const { addresses } = (file as Extract<typeof file, { usable: true }>).proxies[0]!;
    expect([addresses.check('10.0.0.7'), addresses.check('::ffff:10.0.0.7', 'ipv6')]).toEqual([true, true]);
    expect([addresses.check('10.0.1.7'), addresses.check('2001:db8::2', 'ipv6')]).toEqual([false, false]);
  });

  it('reads YAML', () => {
    const yaml = `
proxies:
  - name: edge # the only one
    addresses: [127.0.0.1]
    certificate: { caFile: ca.pem }
    format: rfc9440
    certificateHeader: Client-Cert
    chainHeader: Client-Cert-Chain
    proxyValidates: true
    verifyHeader: X-Client-Verify
`;
    expect(read(yaml)).toMatchObject({ usable: true });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no credential', { certificate: undefined, basic: undefined }, /needs a credential/],
    ['no addresses', { addresses: undefined }, /addresses/],
    ['an empty address list', { addresses: [] }, /must list where the proxy connects from/],
    ['an address list that lists everything', { addresses: ['0.0.0.0/0'] }, /lists every address/],
    ['a hop count instead of addresses (PH-20)', { addresses: 1 }, /expected array/],
    ['a hop count among the addresses (PH-20)', { addresses: ['1'] }, /1 is no address/],
    ['a hop count beside the addresses (PH-20)', { trustProxy: 1 }, /trustProxy/],
    ['a name for an address', { addresses: ['proxy.internal'] }, /is no address/],
    ['a prefix that is too long', { addresses: ['10.0.0.0/33'] }, /is no address/],
    ['a short password', { basic: { user: 'edge', passwordFile: 'short' } }, /fewer than 32/],
    ['a password that cannot be read', { basic: { user: 'edge', passwordFile: 'none' } }, /ENOENT/],
    ['a password in the file itself', { basic: { user: 'edge', password: 'p'.repeat(32) } }, /password/],
    [
      'a hexadecimal thumbprint',
      { certificate: { thumbprints: ['ab'.repeat(32)] } },
      /no SHA-256 thumbprint/,
    ],
    ['no thumbprints', { certificate: { thumbprints: [] } }, /certificate/],
    ['an authority that cannot be read', { certificate: { caFile: 'none.pem' } }, /ENOENT/],
    ['an authority that is no certificate', { certificate: { caFile: 'password' } }, /no certificate/],
    ['an unknown format', { format: 'guess' }, /format/],
    ['a header of another meaning', { certificateHeader: 'Authorization' }, /means something else/],
    ['an impossible header', { certificateHeader: 'X_Client Cert' }, /no header name/],
    ['one header for two things', { verifyHeader: 'x-CLIENT-cert' }, /named twice/],
    ['a chain that the format does not have', { chainHeader: 'X-Chain' }, /no header for the chain/],
    ['a verdict without its header', { proxyValidates: true }, /verifyHeader/],
    ['no word about the verdict', { proxyValidates: undefined }, /proxyValidates/],
  ])('refuses %s', (_name, change, problem) => {
    expect(problemsOf({ ...EDGE, ...change }).join('\n')).toMatch(problem);
  });

  it('refuses two proxies that could be taken for each other', () => {
    const other = {
      ...EDGE,
      name: 'other',
      certificate: undefined,
      basic: { user: 'other', passwordFile: 'password' },
    };
    expect(problemsOf(EDGE, other)).toEqual([]);
    expect(problemsOf(EDGE, { ...other, name: 'edge' })).toHaveLength(1);
    expect(problemsOf(EDGE, { ...other, basic: EDGE.basic })).toHaveLength(1);
    expect(problemsOf(EDGE, { ...other, certificate: EDGE.certificate })).toHaveLength(1);
    const issued = { ...EDGE, basic: undefined, certificate: { caFile: 'ca.pem' } };
    expect(problemsOf(issued, { ...issued, name: 'other' })).toHaveLength(1);
  });

  it('names every problem at once, and no secret', () => {
    const problems = problemsOf({
      ...EDGE,
      addresses: ['1'],
      basic: { user: 'edge', passwordFile: 'short' },
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('ppp');
  });

  it.each([
    ['no proxies', { proxies: [] }],
    ['another member', { proxies: [EDGE], trustProxy: true }],
    ['a list', [EDGE]],
    ['a member twice', 'proxies: []\nproxies: []'],
    ['an empty file', ''],
  ])('refuses %s', (_name, content) => expect(read(content)).toMatchObject({ usable: false }));

  it('refuses a file that is not there', () => {
    expect(readProxiesFile(join(directory, 'none'))).toEqual({
      usable: false,
      problems: ['cannot be read (ENOENT)'],
    });
  });
});
