import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createSelfSigned, type IssuedCertificate } from '@holdfast/test-pki';
import { PartnerWorld, VALID } from './testing/partner-world.js';

let world: PartnerWorld;
let tokenEndpoint: string;
let api: string;
let old: IssuedCertificate;
let next: IssuedCertificate;

beforeAll(async () => {
  world = await PartnerWorld.start();
  tokenEndpoint = await world.tokenService();
  api = await world.api();
  [old, next] = (await Promise.all(
    ['old', 'next'].map((name) => createSelfSigned({ subject: `CN=${name}`, ...VALID })),
  )) as [IssuedCertificate, IssuedCertificate];
});
beforeEach(() => {
  world.reset();
  world.install(old);
});
afterAll(() => world.stop());

const certificatesSeen = (): number => new Set(world.calls.map(({ thumbprint }) => thumbprint)).size;

describe('a rotated certificate', () => {
  it('is in use from then on, with a token that is bound to it (RFC 8705 §6.3)', async () => {
    const rotations: string[] = [];
    const client = world.client({ tokenEndpoint, resource: api, onRotation: () => rotations.push('now') });
    expect((await client.fetch(`${api}/orders`)).status).toBe(200);
    world.install(next);
    client.reload();
    expect((await client.fetch(`${api}/orders`)).status).toBe(200);
    expect(world.calls).toHaveLength(2);
    expect(certificatesSeen()).toBe(2);
    expect(rotations).toEqual(['now']);
  });

  it('is found without being told', async () => {
    const client = world.client({ tokenEndpoint, resource: api, reloadSeconds: 0.02 });
    await client.fetch(`${api}/orders`);
    world.install(next);
    while (certificatesSeen() < 2) expect((await client.fetch(`${api}/orders`)).status).toBe(200);
  });

  it('drops no request under load, in whatever order the files are written', async () => {
    const problems: unknown[] = [];
    const client = world.client({
      tokenEndpoint,
      resource: api,
      reloadSeconds: 0.01,
      onProblem: (problem) => problems.push(problem),
    });
    let rotating = true;
    const statuses: number[] = [];
    const caller = async (): Promise<void> => {
      while (rotating) {
        const answer = await client.fetch(`${api}/orders`, { method: 'POST', body: 'x'.repeat(10_000) });
        await answer.text();
        statuses.push(answer.status);
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    for (const certificate of [next, old, next, old]) {
      writeFileSync(world.certificateFile, certificate.pem);
      await delay(60);
      writeFileSync(world.privateKeyFile, certificate.privateKeyPem);
      await delay(60);
    }
    rotating = false;
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(50);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    // Each call went out once: no token met another certificate than its own.
    expect(world.calls.length).toBe(statuses.length);
    expect(certificatesSeen()).toBe(2);
    expect(problems).toHaveLength(4);
  });

  it('lets a request that is under way finish on the old connection', async () => {
    const client = world.client({ tokenEndpoint, resource: api });
    let finish = (): void => undefined;
    world.onCall = (_seen, response) => {
      response.writeHead(200).write('one');
      finish = () => void response.end('two');
    };
    const answer = await client.fetch(`${api}/orders`);
    world.install(next);
    client.reload();
    finish();
    expect(await answer.text()).toBe('onetwo');
    // And then the old connections end; the new certificate has opened none yet.
    while ((await world.openConnections()) > 0) await delay(10);
  });

  it('keeps the last good pair while the new one is not complete, and says so once', async () => {
    const problems: unknown[] = [];
    const client = world.client({
      tokenEndpoint,
      resource: api,
      onProblem: (problem) => problems.push(problem),
    });
    writeFileSync(world.certificateFile, next.pem);
    client.reload();
    client.reload();
    expect((await client.fetch(`${api}/orders`)).status).toBe(200);
    expect(problems).toMatchObject([{ name: 'TlsFailure', code: 'key_does_not_fit' }]);
    writeFileSync(world.privateKeyFile, next.privateKeyPem);
    client.reload();
    expect((await client.fetch(`${api}/orders`)).status).toBe(200);
    expect(certificatesSeen()).toBe(2);
  });

  it('keeps the last good pair while a file is empty', async () => {
    const problems: unknown[] = [];
    const client = world.client({
      tokenEndpoint,
      resource: api,
      onProblem: (problem) => problems.push(problem),
    });
    writeFileSync(world.certificateFile, '');
    client.reload();
    expect((await client.fetch(`${api}/orders`)).status).toBe(200);
    expect(problems).toMatchObject([{ code: 'certificate_unreadable' }]);
  });
});
