import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiWorld } from './testing/api-world.js';

describe('the audit trail as the API shows it', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await ApiWorld.create();
  }, 60_000);
  afterAll(() => world?.people.stop());

  it('names the first row that a superuser has changed (AW-27)', async () => {
    const verify = async () => (await world.call('/api/v1/audit/verify')).json;
    expect(await verify()).toMatchObject({ intact: true, faults: [] });
    const changed = await world.people.asSuperuser<{ stream: string; seq: string }>(
      `UPDATE audit_event SET body = replace(body, 'world', 'other')
        WHERE kind IN ('client.created', 'resource.created') RETURNING stream, seq`,
    );
    const first = Math.min(...changed.map(({ seq }) => Number(seq)));
    expect(changed.length).toBeGreaterThan(1);
    expect(await verify()).toMatchObject({
      intact: false,
      faults: [{ stream: changed[0]!.stream, seq: first, fault: 'tampered' }],
    });
  });
});
