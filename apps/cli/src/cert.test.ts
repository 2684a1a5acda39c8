import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned } from '@holdfast/test-pki';
import { FakePlatform, NOON } from './testing/fake-platform.js';

const DAY_MS = 86_400_000;
const VALID = { notBefore: new Date(NOON.getTime() - DAY_MS), notAfter: new Date(NOON.getTime() + DAY_MS) };
const SUBJECT = 'CN=orders,O=Acme,C=SE';

let platform: FakePlatform;
let leafDer: Uint8Array;

beforeAll(async () => {
  platform = await FakePlatform.start();
  const root = await createAuthority({ subject: 'CN=Acme CA', ...VALID });
  const leaf = await root.issue({
    subject: SUBJECT,
    san: { dns: ['orders.acme.example'], ip: ['192.0.2.7', '2001:db8::1'], uri: ['urn:acme:orders'] },
    extendedKeyUsage: ['clientAuth'],
    ...VALID,
  });
  leafDer = leaf.der;
  platform.write('leaf.pem', leaf.pem);
  platform.write('leaf.der', leaf.der);
  platform.write('leaf.key', leaf.privateKeyPem);
  platform.write('root.pem', root.pem);
  platform.write('chain.pem', root.pem + leaf.pem);
  platform.write('two.pem', leaf.pem + (await root.issue({ subject: 'CN=second', ...VALID })).pem);
  const expired = { ...VALID, notAfter: new Date(NOON.getTime() - 1000) };
  platform.write('expired.pem', (await root.issue({ subject: SUBJECT, ...expired })).pem);
  platform.write(
    'web.pem',
    (await root.issue({ subject: SUBJECT, extendedKeyUsage: ['serverAuth'], ...VALID })).pem,
  );
  platform.write('expired-ca.pem', (await createAuthority({ subject: 'CN=Old CA', ...expired })).pem);
  const opensslDefault = { subject: SUBJECT, basicConstraints: { ca: true }, keyUsage: undefined, ...VALID };
  platform.write('self-signed.pem', (await createSelfSigned(opensslDefault)).pem);
  platform.write('notes.txt', 'hello');
});
afterAll(() => platform.stop());

const inspect = (file: string, ...args: string[]) => platform.run('cert', 'inspect', file, ...args);

describe('holdfast cert inspect', () => {
  it.each(['leaf.pem', 'leaf.der'])('shows what %s says', async (file) => {
    const { code, stdout } = await inspect(file, '-o', 'json');
    const hash = createHash('sha256').update(leafDer);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        subject: SUBJECT,
        issuer: 'CN=Acme CA',
        names: ['DNS:orders.acme.example', 'IP:192.0.2.7', 'IP:2001:db8::1', 'URI:urn:acme:orders'],
        not_before: VALID.notBefore.toISOString(),
        not_after: VALID.notAfter.toISOString(),
        key: 'EC 256 bits',
        extended_key_usage: ['clientAuth'],
        'x5t#S256': hash.copy().digest('base64url'),
        sha256: hash.digest('hex'),
        problem: null,
      },
    ]);
  });

  it('shows a chain, the leaf first, in any order of the file', async () => {
    const { code, stdout } = await inspect('chain.pem');
    expect(code).toBe(0);
    expect(stdout.match(/^subject +(.*)$/gm)).toEqual([
      expect.stringContaining(SUBJECT),
      expect.stringContaining('CN=Acme CA'),
    ]);
  });

  it.each(['root.pem', 'self-signed.pem'])('finds nothing wrong with %s', async (file) => {
    expect(await inspect(file)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['expired.pem', 'The leaf has expired.'],
    ['expired-ca.pem', 'The trust anchor has expired.'],
    ['web.pem', 'extendedKeyUsage is present and does not name the purpose'],
  ])('shows %s and says what is wrong with it: exit code 2', async (file, says) => {
    const { code, stdout, stderr } = await inspect(file);
    expect(code).toBe(2);
    expect(stdout).toContain('subject');
    expect(stderr).toContain(says);
  });

  it.each([
    ['leaf.key', 'holds a private key'],
    ['two.pem', 'two end-entity certificates'],
    ['notes.txt', 'not an X.509 certificate'],
  ])('says what %s is instead: exit code 2', async (file, says) => {
    const { code, stdout, stderr } = await inspect(file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('is exit code 1 for a file that does not exist', async () => {
    expect(await inspect('gone.pem')).toMatchObject({ code: 1 });
  });
});

describe('holdfast cert lint', () => {
  const codesOf = (stdout: string): string[] =>
    (JSON.parse(stdout) as { code: string; level: string }[])
      .filter(({ level }) => level !== 'ok')
      .map(({ code }) => code);

  it.each([
    ['leaf.pem', ['--for', 'name']],
    ['leaf.pem', ['--for', 'name', '--field', 'san_uri']],
    ['self-signed.pem', ['--for', 'pin']],
    ['root.pem', ['--for', 'anchor']],
  ])('finds that %s will do with %j', async (file, use) => {
    expect(await platform.run('cert', 'lint', file, ...use)).toMatchObject({ code: 0 });
  });

  it.each([
    ['web.pem', ['--for', 'name'], 'EKU_CLIENTAUTH_MISSING'],
    ['expired.pem', ['--for', 'pin'], 'EXPIRED'],
    ['leaf.pem', ['--for', 'name', '--field', 'san_email'], 'SAN_TYPE_ABSENT'],
    ['leaf.pem', ['--for', 'anchor'], 'NOT_A_CA'],
    ['two.pem', ['--for', 'name'], 'SEVERAL_LEAVES'],
    ['leaf.key', ['--for', 'name'], 'PRIVATE_KEY_PRESENT'],
  ])('finds that %s will not do with %j: exit code 2', async (file, use, expected) => {
    const { code, stdout } = await platform.run('cert', 'lint', file, ...use, '-o', 'json');
    expect(code).toBe(2);
    expect(codesOf(stdout)).toContain(expected);
  });

  it('says in a table what to do', async () => {
    const { stdout } = await platform.run('cert', 'lint', 'web.pem');
    expect(stdout).toMatch(/^error +EKU_CLIENTAUTH_MISSING +Use as a client/m);
  });
});
