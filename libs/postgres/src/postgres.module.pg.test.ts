import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AuditTrail } from '@holdfast/audit-trail';
import type { RegistryFeed } from '@holdfast/client-registry';
import { AUDIT_TRAIL, PostgresModule, REGISTRY_FEED } from './postgres.module.js';
import { createTestDatabase, FaultProxy, withDatabase, type TestDatabase } from './testing/index.js';
import { withClient } from './connection/with-client.js';

const URL_OF_TEST = Symbol('url');

function appReaching(url: string): new () => object {
  @Module({ providers: [{ provide: URL_OF_TEST, useValue: url }], exports: [URL_OF_TEST] })
  class Settings {}

  class Holder {
    constructor(@Inject(REGISTRY_FEED) readonly feed: RegistryFeed) {}
  }

  @Module({
    imports: [
      PostgresModule.forRootAsync({
        imports: [Settings],
        inject: [URL_OF_TEST],
        useFactory: (reached: string) => ({
          url: reached,
          applicationName: 'token-service',
          audit: { onOutage: 'refuse' },
          now: () => new Date(0),
          onError: () => undefined,
        }),
      }),
    ],
    providers: [Holder],
  })
  class App {}
  return App;
}

const start = (url: string) =>
  NestFactory.createApplicationContext(appReaching(url), { logger: false, abortOnError: false });

describe('PostgresModule', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('provides the adapters by token, and flushes the audit trail before it closes the pool', async () => {
    const app = await start(test.tokenServiceUrl);
    expect(await app.get<RegistryFeed>(REGISTRY_FEED).currentVersion()).toBe(0n);
    const recorded = app.get<AuditTrail>(AUDIT_TRAIL).record({
      kind: 'token.issued',
      at: '2026-03-01T12:00:00.000Z',
      actor: 'acme-orders',
      requestId: 'last',
      partnerId: null,
      clientId: null,
      reason: null,
      detail: {},
    });
    await app.close();
    await recorded;
    const { rowCount } = await withClient(test.ownerUrl, (client) =>
      client.query(`SELECT FROM audit_event WHERE request_id = 'last'`),
    );
    expect(rowCount).toBe(1);
  });

  it('waits for a server that is not there yet (R-30)', async () => {
    const proxy = await FaultProxy.before(test.tokenServiceUrl);
    await proxy.refuse();
    const starting = start(proxy.through(test.tokenServiceUrl));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await proxy.restore();
    const app = await starting;
    expect(await app.get<RegistryFeed>(REGISTRY_FEED).currentVersion()).toBe(0n);
    await app.close();
    await proxy.close();
  });

  it('ends with the reason when the database does not exist', async () => {
    await expect(start(withDatabase(test.ownerUrl, 'holdfast_nowhere'))).rejects.toMatchObject({
      code: '3D000',
    });
  });
});
