import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import { issueLeaf, makeRoot, toIdentity, uniqueName, writeIdentity } from '../harness/identity.js';
import { runProgram, type ProgramResult } from '../harness/programs.js';
import { newDirectory } from '../harness/run-directory.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { claimsOf, requestToken } from '../harness/token-endpoint.js';
import { within } from '../harness/within.js';

const stack = sharedStack();
const EXIT = { ok: 0, conflict: 5, notFound: 4, usage: 64 } as const;

function holdfast(...args: string[]): Promise<ProgramResult> {
  return run(join(workspaceRoot, 'apps', 'cli', 'dist', 'main.js'), args);
}

function run(script: string, args: readonly string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, [script, ...args], {
    cwd: newDirectory('shell'),
    env: { HOLDFAST_HOME: stack.home },
  });
}

async function holdfastOk(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await holdfast(...args);
  expect([args.slice(0, 2), exitCode, stderr]).toEqual([args.slice(0, 2), EXIT.ok, expect.any(String)]);
  return stdout;
}

/** Everything in the grammar of docs/contract.md, in the order in which an operator would type it. */
describe('holdfast on the command line', () => {
  const partner = uniqueName('cli');
  const [anchor, clientId] = [`${partner}-ca`, `${partner}-orders`];
  const subject = `CN=orders,O=${partner},C=SE`;
  let anchorFile: string;
  let identity: ReturnType<typeof toIdentity>;
  let credentials: string[];

  beforeAll(async () => {
    const root = await makeRoot(`CN=${partner} Root CA`);
    anchorFile = join(newDirectory('anchor'), 'ca.pem');
    writeFileSync(anchorFile, root.pem);
    identity = toIdentity(await issueLeaf(root, subject));
    const files = writeIdentity(identity);
    credentials = ['--client-id', clientId, '--cert', files.certificateFile, '--key', files.privateKeyFile];

    await holdfastOk('partner', 'create', partner, '--name', 'A partner of the command line');
    await holdfastOk('anchor', 'add', anchor, '--partner', partner, '--file', anchorFile);
    await holdfastOk(
      ...['client', 'create', clientId, '--partner', partner, '--auth', 'tls_client_auth'],
      ...['--anchor', anchor, '--subject-dn', subject],
    );
    await holdfastOk(
      'grant',
      'add',
      '--client',
      clientId,
      '--resource',
      stack.orders,
      '--scope',
      'orders:read',
    );
  });

  it('registers a partner whose client then gets a bound token', async () => {
    const { access_token: token } = JSON.parse(await holdfastOk('token', ...credentials, '-o', 'json')) as {
      access_token: string;
    };
    expect(claimsOf(token)).toMatchObject({ partner, client_id: clientId, scope: 'orders:read' });
  });

  it('calls the sample API as that client', async () => {
    const orders = await holdfastOk('call', `${stack.orders}/orders`, ...credentials);
    expect(JSON.parse(orders)).toEqual({ orders: [] });
  });

  it('shows what was registered', async () => {
    const shown = JSON.parse(await holdfastOk('client', 'show', clientId, '-o', 'json')) as object;
    expect(shown).toMatchObject({ id: clientId, partner, status: 'active' });
  });

  it('suspends and resumes', async () => {
    await holdfastOk('client', 'suspend', clientId);
    const refused = await requestToken(stack, { clientId, identity });
    expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    const why = await holdfastOk('audit', 'show', String(refused.json['request_id']), '-o', 'json');
    expect(why).toContain('client_suspended');
    await holdfastOk('client', 'resume', clientId);
    const gets = async (): Promise<boolean> =>
      (await requestToken(stack, { clientId, identity })).status === 200;
    await within(1_000, gets);
  });

  it('tells a conflict, a missing thing and a wrong command apart by its exit code', async () => {
    const conflict = await holdfast('partner', 'create', partner, '--name', 'Again');
    expect(conflict).toMatchObject({ exitCode: EXIT.conflict, stdout: '' });
    expect(await holdfast('client', 'show', 'nobody-here')).toMatchObject({ exitCode: EXIT.notFound });
    expect(await holdfast('client', 'destroy', clientId)).toMatchObject({ exitCode: EXIT.usage });
  });

  it('finds the audit trail intact', async () => {
    const found = JSON.parse(await holdfastOk('audit', 'verify', '-o', 'json')) as object;
    expect(found).toMatchObject({ intact: true });
  });

  it('runs by its committed entry as well, as npx starts it', async () => {
    const result = await run(join(workspaceRoot, 'bin', 'holdfast.mjs'), ['partner', 'list', '-o', 'json']);
    expect(result.exitCode).toBe(EXIT.ok);
    expect(JSON.parse(result.stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: partner })]),
    );
  });
});
