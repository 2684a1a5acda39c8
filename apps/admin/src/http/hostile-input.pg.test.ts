import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS } from '@holdfast/admin-contract';
import { SQL_TEXTS } from './testing/hostile-texts.js';
import { ApiWorld, PLACES, WRITES, type Place } from './testing/api-world.js';

const MINUTE = 60_000;
/** A text whose sleep was run would take two seconds. */
const SLOW_MS = 1_500;

describe('hostile input at the admin API', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await ApiWorld.create();
  }, MINUTE);
  afterAll(() => world?.people.stop());

  const verdict = async () => (await world.call('/api/v1/audit/verify')).json;
  const cases = (places: readonly Place[]) => places.map((place) => [place.name, place] as const);

  it('starts from requests that are valid', async () => {
    for (const { method, path, status: expected } of WRITES) {
      const body = await world.validBody(path);
      const headers = { 'if-match': '*' };
      const call = { method: method.toUpperCase(), headers, body };
      const { status, text } = await world.call(path.replace('{id}', 'world'), call);
      expect([path, status, text]).toEqual([path, expected, expect.any(String)]);
    }
  });

  describe('SQL in a text', () => {
    it.each(cases(PLACES))(
      'is refused or stored as it is, at %s (SQ-01)',
      async (_name, place) => {
        const wrong: string[] = [];
        for (const text of SQL_TEXTS) {
          const started = performance.now();
          const { status, json } = await world.callWith(place, text);
          const elapsed = performance.now() - started;
          if (status >= 500 || elapsed > SLOW_MS) wrong.push(`${text}: ${status}, ${Math.round(elapsed)} ms`);
          if (status < 300 && place.at === 'body' && place.operation.path !== '/api/v1/clients') {
            const shown = JSON.stringify(json);
            if (!shown.includes(JSON.stringify(text.trim()))) wrong.push(`${text}: stored as ${shown}`);
          }
        }
        expect(wrong).toEqual([]);
      },
      MINUTE,
    );

    it('has changed nothing else: the tables and the trail are whole', async () => {
      const tables = await world.people.everyRow();
      expect(Object.keys(tables)).toEqual(
        expect.arrayContaining([
          'audit_event',
          'client',
          'credential',
          'partner',
          'resource',
          'trust_anchor',
        ]),
      );
      expect((await world.call('/api/v1/partners/world')).json).toMatchObject({ status: 'active' });
      expect(await verdict()).toMatchObject({ intact: true, faults: [] });
    });
  });

  describe('what PostgreSQL cannot hold', () => {
    it.each(cases(PLACES))(
      'is refused: NUL, half a surrogate pair and a megabyte at %s (SQ-08)',
      async (_name, place) => {
        const broken = ['\u0000', 'a\u0000b', 'x'.repeat(1_048_576)];
        // Half a pair cannot be percent-encoded; in JSON it can be escaped.
        if (place.at === 'body') broken.push('\ud800', 'a\udc00b', 'CN=\udfff\ud800');
        const statuses: number[] = [];
        for (const text of broken) statuses.push((await world.callWith(place, text)).status);
        const refused = [400, 404, 413, 422, 431];
        expect(statuses.filter((status) => !refused.includes(status))).toEqual([]);
      },
    );

    it.each(['%ED%A0%80', '%FF', '%C0%AF', '%', '%0'])(
      'is refused as octets that are no UTF-8: %s (SQ-08)',
      async (octets) => {
        for (const target of [
          `/api/v1/partners/${octets}`,
          `/api/v1/clients?partner=${octets}`,
          `/api/v1/audit/requests/${octets}`,
        ]) {
          const { status } = await world.call(target);
          expect([200, 400, 404, 422]).toContain(status);
        }
      },
    );

    it('leaves the trail whole', async () => {
      expect(await verdict()).toMatchObject({ intact: true, faults: [] });
    });
  });

  describe('a list', () => {
    const lists = OPERATIONS.filter(({ answer, filters }) => 'listOf' in answer && filters !== undefined);
    const impossible = ['a~b', '..', '%00', 'a b', '{"id":"a"}', 'x'.repeat(513)];
    const queries = [
      ...['-1', '0', '1e9', 'NaN', '201', '1.5', '', '+1', '0x10', '9'.repeat(30)].map(
        (text) => `limit=${text}`,
      ),
      'limit=1&limit=2',
      'limit[]=1',
      'offset=1e12',
      ...['sort', 'order', 'filter', 'fields', 'groupBy', 'distinctOn'].map((name) => `${name}=(SELECT%201)`),
      'after=a&after=b',
      'after=',
      ...impossible.map((text) => `after=${encodeURIComponent(text)}`),
    ];

    it.each(lists.map(({ path }) => path))(
      'at %s refuses a page that cannot be (SQ-02, SQ-10)',
      async (path) => {
        const wrong: string[] = [];
        for (const query of queries) {
          const { status } = await world.call(`${path}?${query}`);
          if (status !== 422) wrong.push(`${query}: ${status}`);
        }
        expect(wrong).toEqual([]);
      },
    );

    it.each([
      ['/api/v1/audit', 'world'],
      ['/api/v1/audit', '2026-01-01T00:00:00.000Z'],
      ['/api/v1/audit', 'yesterday~stream~1'],
      ['/api/v1/audit', '2026-01-01T00:00:00.000Z~stream~-1'],
      ['/api/v1/audit', '2026-01-01T00:00:00.000Z~stream~1~2'],
      ['/api/v1/token-requests', 'world'],
      ['/api/v1/token-requests', '2026-01-01T00:00:00.000Z~stream~1'],
      ['/api/v1/partners', 'https://world.example'],
      ['/api/v1/partners', '2026-01-01T00:00:00.000Z'],
      ['/api/v1/clients', 'https://world.example'],
      ['/api/v1/credentials', 'https://world.example'],
      ['/api/v1/grants', 'https://world.example'],
      ['/api/v1/resources', 'world'],
    ])('at %s refuses a place that it never gave: %s (SQ-10)', async (path, after) => {
      const answer = await world.call(`${path}?after=${encodeURIComponent(after)}`);
      expect([answer.status, answer.json['errors']]).toMatchObject([422, [{ pointer: '/after' }]]);
    });

    it.each(lists.map(({ path, filters = [] }) => [path, filters] as const))(
      'at %s refuses a filter that it does not have',
      async (path, filters) => {
        const own = filters.map((filter) => (typeof filter === 'string' ? filter : filter.name));
        for (const name of ['partner', 'client', 'resource', 'kind', 'request_id', 'outcome', 'status']) {
          if (own.includes(name)) continue;
          const answer = await world.call(`${path}?${name}=refused`);
          expect([answer.status, answer.json['errors']]).toMatchObject([422, [{ pointer: `/${name}` }]]);
        }
      },
    );
  });

  describe('a member that is not asked for', () => {
    const extras = {
      status: 'suspended',
      partnerId: 'world',
      partner_id: 'world',
      role: 'owner',
      approvedBy: 'somebody',
      createdAt: '2000-01-01T00:00:00Z',
      created_at: '2000-01-01T00:00:00Z',
      version: 0,
      deleted_at: '2000-01-01T00:00:00Z',
    };

    it.each(WRITES.map(({ method, path }) => [method.toUpperCase(), path] as const))(
      'is refused and changes no row: %s %s (AW-06)',
      async (method, path) => {
        const valid = await world.validBody(path);
        const more = 'id' in valid ? extras : { ...extras, id: 'world-other' };
        const before = await world.people.everyRow();
        for (const [name, value] of Object.entries(more)) {
          const headers = { 'if-match': '*' };
          const body = { ...valid, [name]: value };
          const answer = await world.call(path.replace('{id}', 'world'), { method, headers, body });
          expect([answer.status, answer.json['errors']]).toMatchObject([422, [{ pointer: `/${name}` }]]);
        }
        expect(await world.people.everyRow()).toEqual(before);
      },
    );

    it.each(WRITES.map(({ method, path }) => [method.toUpperCase(), path] as const))(
      'is refused when it names a prototype: %s %s (AW-08)',
      async (method, path) => {
        const valid = JSON.stringify(await world.validBody(path)).slice(1);
        for (const more of [
          '"__proto__":{"x":1}',
          '"\\u005f_proto__":{"x":1}',
          '"constructor":{"prototype":{"x":1}}',
          '"prototype":{"x":1}',
        ]) {
          const headers = { 'if-match': '*' };
          const answer = await world.call(path.replace('{id}', 'world'), {
            method,
            headers,
            body: `{${more},${valid}`,
          });
          expect([400, 422]).toContain(answer.status);
          expect(({} as { x?: unknown }).x).toBeUndefined();
        }
      },
    );

    it.each([
      '__proto__',
      '__proto__[x]',
      'constructor',
      'constructor.prototype.x',
      'constructor[prototype][x]',
      'toString',
    ])('is refused in a query: %s (AW-08)', async (name) => {
      for (const path of ['/api/v1/partners', '/api/v1/audit', '/api/v1/token-requests']) {
        expect((await world.call(`${path}?${encodeURIComponent(name)}=1`)).status).toBe(422);
      }
      expect(({} as { x?: unknown }).x).toBeUndefined();
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'finds nothing where it is an id: %s (AW-08)',
      async (id) => {
        for (const list of ['partners', 'clients', 'audit/requests']) {
          const { status, json } = await world.call(`/api/v1/${list}/${id}`);
          expect(status === 404 || JSON.stringify(json) === '{"items":[],"next":null}').toBe(true);
        }
      },
    );
  });
});
