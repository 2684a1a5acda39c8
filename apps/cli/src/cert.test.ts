import { createHash, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createSelfSigned } from '@holdfast/test-pki';
import { bundleOf } from './testing/bundle.js';
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
  const pinned = await createSelfSigned({ subject: 'CN=pinned', ...VALID });
  const jwk = createPublicKey(pinned.pem).export({ format: 'jwk' });
  const x5c = [Buffer.from(pinned.der).toString('base64')];
  platform.write('set.json', JSON.stringify({ keys: [{ ...jwk, kid: 'a', use: 'sig', x5c }] }));
  platform.write(
    'no-x5c.json',
    JSON.stringify({
      keys: [
        { ...jwk, kid: 'a', x5c },
        { ...jwk, kid: 'b' },
      ],
    }),
  );
  platform.write('private.json', JSON.stringify({ keys: [{ ...jwk, x5c, d: 'c2VjcmV0' }] }));
  platform.write('broken.json', '{"keys":[}');
  platform.write('chain.p7b', bundleOf(root.der, leaf.der));
  const csr = ['--subject', SUBJECT, '--san-dns', 'orders.acme.example', '--out', 'new.csr.pem'];
  await platform.run('csr', 'new', ...csr, '--key-out', 'new.key.pem');
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

  it.each(['chain.pem', 'chain.p7b'])('shows %s, the leaf first, in any order of the file', async (file) => {
    const { code, stdout } = await inspect(file);
    expect(code).toBe(0);
    expect(stdout.match(/^subject +(.*)$/gm)).toEqual([
      expect.stringContaining(SUBJECT),
      expect.stringContaining('CN=Acme CA'),
    ]);
  });

  it.each(['root.pem', 'self-signed.pem'])('finds nothing wrong with %s', async (file) => {
    expect(await inspect(file)).toMatchObject({ code: 0, stderr: '' });
  });

  it('shows what a request asks for, and what to do with it', async () => {
    const { code, stdout, stderr } = await inspect('new.csr.pem', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        kind: 'request',
        subject: SUBJECT,
        names: ['DNS:orders.acme.example'],
        key: 'EC P-256',
        possession: 'proven',
        problem: null,
      },
    ]);
    expect(stderr).toMatch(/certificate signing request.*Send it to your certification authority/);
  });

  it('shows the keys of a JWK Set with their certificates', async () => {
    const { code, stdout } = await inspect('set.json', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { kind: 'jwk', jwk: 0, kid: 'a', use: 'sig', alg: null, subject: 'CN=pinned', problem: null },
    ]);
  });

  it('shows a key without a certificate, and what is wrong with that: exit code 2', async () => {
    const { code, stdout, stderr } = await inspect('no-x5c.json');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^kid +b$/m);
    expect(stderr).toMatch(/keys\[1\]: The key keys\[1\] \(kid "b", EC P-256\) has no certificate/);
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
    ['new.key.pem', 'holds a private key'],
    ['private.json', 'holds a private key'],
    ['broken.json', 'line 1, column 10'],
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
    ['chain.p7b', ['--for', 'name']],
    ['set.json', []],
    ['new.csr.pem', ['--field', 'san_dns']],
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
    ['private.json', [], 'PRIVATE_KEY_PRESENT'],
    ['no-x5c.json', [], 'JWK_NO_CERTIFICATE'],
    ['broken.json', [], 'NOT_A_CERTIFICATE'],
    ['new.csr.pem', ['--field', 'san_email'], 'SAN_TYPE_ABSENT'],
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
