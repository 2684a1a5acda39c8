import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeDer, encodeOid, TAG } from '@holdfast/test-pki';
import { ApiWorld, PLACES } from './testing/api-world.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
const jwk = privateKey.export({ format: 'jwk' });
const SECRET = jwk.d!;
/** A part of PKCS#8 that holds some of the key. */
const BASE64 = pkcs8.toString('base64').slice(48, 92);
const pem = (type: 'pkcs8' | 'sec1', more = {}) =>
  privateKey.export({ type, format: 'pem', ...more } as { type: 'pkcs8'; format: 'pem' }).toString();

/** An unencrypted PFX with the key in a keyBag (RFC 7292 §4): the worst that a file of this kind can be. */
function pkcs12(): Buffer {
  const inContext = (der: Uint8Array) => encodeDer(0xa0, der);
  const data = (der: Uint8Array) =>
    encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.7.1'), inContext(encodeDer(TAG.octetString, der)));
  const keyBag = encodeDer(TAG.sequence, encodeOid('1.2.840.113549.1.12.10.1.1'), inContext(pkcs8));
  const content = data(encodeDer(TAG.sequence, keyBag));
  const version = encodeDer(TAG.integer, Uint8Array.of(3));
  return Buffer.from(encodeDer(TAG.sequence, version, data(encodeDer(TAG.sequence, content))));
}

const armoured = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

const KEYS: readonly (readonly [name: string, text: (certificate: string) => string])[] = [
  ['PKCS#8', () => pem('pkcs8')],
  ['SEC 1', () => pem('sec1')],
  ['encrypted PKCS#8', () => pem('pkcs8', { cipher: 'aes-256-cbc', passphrase: 'secret' })],
  ['PKCS#8 behind a certificate', (certificate) => certificate + pem('pkcs8')],
  ['PKCS#8 in front of a certificate', (certificate) => pem('pkcs8') + certificate],
  ['PKCS#8 on one line', () => pem('pkcs8').replaceAll('\n', '\\n')],
  ['PKCS#8 without armour', () => pkcs8.toString('base64')],
  ['PKCS#8 labelled as a certificate', () => armoured('CERTIFICATE', pkcs8)],
  ['PKCS#12', () => pkcs12().toString('base64')],
  ['PKCS#12, armoured', () => armoured('PKCS12', pkcs12())],
  ['PKCS#12 labelled as a certificate', () => armoured('CERTIFICATE', pkcs12())],
  ['a JWK', () => JSON.stringify(jwk)],
  ['a JWK Set', () => JSON.stringify({ keys: [jwk] })],
];

/** Every field of a route that takes a certificate: people paste into the wrong one. */
const ROUTES = PLACES.filter(({ at, field }) => at === 'body' && field === 'certificate').map(
  ({ operation }) => operation.path,
);
const FIELDS = PLACES.filter(({ at, operation }) => at === 'body' && ROUTES.includes(operation.path));

describe('a private key in the input', () => {
  let world: ApiWorld;
  let before: Readonly<Record<string, string>>;
  let certificate: string;
  beforeAll(async () => {
    world = await ApiWorld.create();
    certificate = String((await world.validBody('/api/v1/anchors'))['certificate']);
    before = await world.people.everyRow();
  }, 60_000);
  afterAll(() => world?.people.stop());

  /** What must be nowhere: armour, `"d"`, and the key itself in each spelling. */
  const traces = (text: string): string[] =>
    ['PRIVATE KEY', '"d"', '\\"d\\"', SECRET, BASE64].filter((trace) => text.includes(trace));

  it('would be found', () => {
    expect(traces(`${pem('pkcs8').replaceAll('\n', '')}${JSON.stringify(jwk)}`)).toHaveLength(4);
    expect(ROUTES.length).toBeGreaterThan(2);
  });

  it.each(FIELDS.map((place) => [place.name, place] as const))(
    'is refused: %s (AW-24)',
    async (_name, place) => {
      const wrong: string[] = [];
      for (const [kind, text] of KEYS) {
        const answer = await world.callWith(place, text(certificate));
        if (answer.status !== 422) wrong.push(`${kind}: ${answer.status}`);
        // A name that cannot be one is quoted, to whoever typed it; a certificate never is.
        if (place.field !== 'certificate') continue;
        wrong.push(...traces(answer.text).map((trace) => `${kind}: the answer has ${trace}`));
      }
      expect(wrong).toEqual([]);
    },
  );

  it('is refused as an object, too (AW-24)', async () => {
    for (const path of ROUTES) {
      const body = { ...(await world.validBody(path, 'certificate')), certificate: jwk };
      expect((await world.call(path, { body })).status).toBe(422);
    }
  });

  it('is refused in a JWK Set beside its certificate, which would do without it (AW-24)', async () => {
    const sets = FIELDS.filter(({ field }) => field === 'jwks').map(({ operation }) => operation.path);
    expect(sets).not.toEqual([]);
    for (const path of sets) {
      const { certificate: pinned, ...valid } = await world.validBody(path, 'certificate');
      const x5c = [String(pinned).replace(/-----[^-]+-----|\s/g, '')];
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
        const keys = [{ ...jwk, d: undefined, x5c, [member]: SECRET }];
        const answer = await world.call(path, { body: { ...valid, jwks: { keys } } });
        expect([path, answer.status, traces(answer.text)]).toEqual([path, 422, []]);
        expect(answer.json['errors']).toMatchObject([{ code: 'private_key_present' }]);
      }
    }
  });

  it('has left nothing in the database and nothing in the log (AW-24)', async () => {
    const after = await world.people.everyRow();
    expect(after).toEqual(before);
    const log = world.people.log.join('');
    expect(log).toContain('"path":"/api/v1/anchors"');
    expect(traces(log + JSON.stringify(after))).toEqual([]);
  });
});
