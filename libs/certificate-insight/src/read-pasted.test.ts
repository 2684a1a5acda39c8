import { createPublicKey, hash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned, encodeDer, generateKeys, TAG, type IssuedCertificate } from '@holdfast/test-pki';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { readPasted, type Pasted, type PastedKeySet, type PastedRequest } from './read-pasted.js';
import { makeRequest } from './testing/requests.js';
import { findings, LEAF, NOON, pastedWorld, PIN, pkcs7, type PastedWorld } from './testing/pasted-world.js';
import { lint } from './lint.js';
import type { Check } from './lints.js';

let world: PastedWorld;
let pinned: IssuedCertificate;
beforeAll(async () => {
  world = await pastedWorld();
  pinned = await createSelfSigned({ ...LEAF, subject: 'CN=pinned' });
});

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');

async function readAs<K extends Pasted['kind']>(
  kind: K,
  input: string | Uint8Array,
): Promise<Pasted & { kind: K }> {
  const pasted = await readPasted(input);
  if (pasted.kind !== kind) throw new Error(`it is ${pasted.kind}: ${JSON.stringify(pasted)}`);
  return pasted as Pasted & { kind: K };
}

describe('a PKCS#7 bundle', () => {
  const bag = (): Uint8Array => pkcs7([world.root.der, world.leaf.der, world.intermediate.der]);

  it('is a bag: its certificates are put in order without a word (RFC 5652 §5.1)', async () => {
    const { certificates, checks } = await readAs('pkcs7', bag());
    expect(certificates.map(({ pem }) => pem)).toEqual([
      world.leaf.pem,
      world.intermediate.pem,
      world.root.pem,
    ]);
    expect(checks).toEqual([]);
  });

  it('is read without its CRLs and other entries, and that is said', async () => {
    const others = [encodeDer(0xa1, new Uint8Array(20)), world.leaf.der];
    const { certificates, checks } = await readAs('pkcs7', pkcs7(others, [encodeDer(TAG.sequence)]));
    expect(certificates).toHaveLength(1);
    expect(checks).toMatchObject([
      {
        code: 'REST_IGNORED',
        text: expect.stringMatching(/1 revocation list.* and 1 entry of another kind/),
      },
    ]);
  });

  it('may be followed by another in the same file', async () => {
    const text = [[world.leaf.der], [world.intermediate.der]]
      .map((ders) => `-----BEGIN PKCS7-----\n${base64(pkcs7(ders))}\n-----END PKCS7-----\n`)
      .join('');
    expect((await readAs('pkcs7', text)).certificates).toHaveLength(2);
  });

  it('with two leaves is ambiguous, as PEM is', async () => {
    expect(await readPasted(pkcs7([world.leaf.der, pinned.der]))).toMatchObject({
      kind: 'refused',
      checks: [{ code: 'SEVERAL_LEAVES' }],
    });
  });

  it('with a damaged certificate is refused whole: nothing is left out in silence', async () => {
    const damaged = encodeDer(TAG.sequence, encodeDer(TAG.integer, Uint8Array.of(1)));
    expect(await readPasted(pkcs7([world.leaf.der, damaged]))).toMatchObject({
      kind: 'refused',
      checks: [{ found: 'malformed_certificate' }],
    });
  });

  it('with more certificates than anybody sends is refused', async () => {
    expect(await readPasted(pkcs7(Array<Uint8Array>(17).fill(world.leaf.der)))).toMatchObject({
      checks: [{ found: 'too_many' }],
    });
  });

  it.each<[string, (der: Uint8Array) => Uint8Array]>([
    ['a length in more octets than it needs', ([tag, , ...rest]) => Uint8Array.of(tag!, 0x83, 0, ...rest)],
    ['more behind its end', (der) => Uint8Array.of(...der, 0)],
    ['its version left out', (der) => encodeDer(TAG.sequence, der.subarray(4, 15), encodeDer(0xa0))],
  ])('that is no DER is refused with the command that rewrites it: %s', async (_what, change) => {
    const [check] = (await readAs('refused', change(bag()))).checks;
    expect(check).toMatchObject({
      found: 'pkcs7_not_der',
      command: expect.stringMatching(/^openssl pkcs7 .*-print_certs/),
    });
  });
});

/** A JWK Set as jose writes keys, with the certificate of each. */
async function keySet(...changes: readonly Record<string, unknown>[]): Promise<string> {
  const keys = await Promise.all(
    changes.map(async (change) => {
      const jwk = await exportJWK(createPublicKey(pinned.pem));
      return { ...jwk, kid: await calculateJwkThumbprint(jwk), x5c: [base64(pinned.der)], ...change };
    }),
  );
  return JSON.stringify({ keys });
}

describe('a JWK Set', () => {
  const codesOf = async (json: string): Promise<(readonly [number | undefined, string])[]> =>
    lint(await readPasted(json), PIN, NOON)
      .filter(({ level }) => level !== 'ok')
      .map(({ key, code }) => [key, code] as const);
  const onlyKey = async (json: string): Promise<PastedKeySet['keys'][0]> =>
    (await readAs('jwks', json)).keys[0];

  it('is read with the certificate of each key (RFC 7517 §4.7)', async () => {
    const json = await keySet({ use: 'sig', alg: 'ES256' });
    expect(await onlyKey(json)).toMatchObject({
      index: 0,
      kid: expect.stringMatching(/^[\w-]{43}$/),
      use: 'sig',
      alg: 'ES256',
      key: { name: 'EC P-256', strength: 'accepted' },
      chain: [{ pem: pinned.pem }],
      checks: [],
    });
    expect(await codesOf(json)).toEqual([]);
  });

  it('may be one key alone', async () => {
    const { keys } = JSON.parse(await keySet({})) as { keys: object[] };
    expect((await onlyKey(JSON.stringify(keys[0]))).chain?.[0].pem).toBe(pinned.pem);
  });

  it('keeps the order of x5c: the first one is the certificate of the key', async () => {
    const x5c = [world.leaf, world.intermediate].map(({ der }) => base64(der));
    const jwk = await exportJWK(createPublicKey(world.leaf.pem));
    const { chain, checks } = await onlyKey(JSON.stringify({ ...jwk, x5c }));
    expect(chain?.map(({ pem }) => pem)).toEqual([world.leaf.pem, world.intermediate.pem]);
    expect(checks).toEqual([]);
  });

  it.each(['P-256', 'P-384', 'RSA-2048', 'Ed25519'] as const)(
    'is held against the key of the certificate, of type %s (RFC 7517 §4.7)',
    async (keyAlgorithm) => {
      const { der, pem } = await createSelfSigned({ ...LEAF, keyAlgorithm });
      const jwk = await exportJWK(createPublicKey(pem));
      expect(await codesOf(JSON.stringify({ ...jwk, x5c: [base64(der)] }))).toEqual([]);
      const member = keyAlgorithm === 'RSA-2048' ? 'n' : 'x';
      const other = `${jwk[member]!.startsWith('A') ? 'B' : 'A'}${jwk[member]!.slice(1)}`;
      expect(await codesOf(JSON.stringify({ ...jwk, [member]: other, x5c: [base64(der)] }))).toEqual([
        [0, 'JWK_KEY_MISMATCH'],
      ]);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['without x5c', { x5c: undefined }],
    ['with an empty x5c', { x5c: [] }],
    ['with text for x5c', { x5c: 'MII' }],
    ['with x5c in base64url (RFC 7517 §4.7)', { x5c: ['MII_'] }],
    ['with PEM in x5c', { x5c: ['-----BEGIN CERTIFICATE-----'] }],
    ['with no certificate in x5c', { x5c: ['AAAA'] }],
  ])('has an error for a key %s, and says which key that is (RFC 8705 §2.2)', async (_what, change) => {
    const json = await keySet({}, { kid: 'the other', ...change });
    expect(await codesOf(json)).toEqual([[1, 'JWK_NO_CERTIFICATE']]);
    const [, other] = (await readAs('jwks', json)).keys;
    expect(other).toMatchObject({
      chain: undefined,
      checks: [
        {
          text: expect.stringContaining('keys[1] (kid "the other", EC P-256)'),
          remedy: expect.stringContaining('self_signed_tls_client_auth'),
        },
      ],
    });
  });

  it('has an error for a declared thumbprint of another certificate (RFC 7517 §4.8, §4.9)', async () => {
    const right = {
      x5t: hash('sha1', pinned.der, 'base64url'),
      'x5t#S256': hash('sha256', pinned.der, 'base64url'),
    };
    expect(await codesOf(await keySet(right))).toEqual([]);
    for (const member of ['x5t', 'x5t#S256'] as const) {
      const json = await keySet({ ...right, [member]: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' });
      expect(await codesOf(json)).toEqual([[0, 'JWK_THUMBPRINT_MISMATCH']]);
      expect((await onlyKey(json)).checks[0]?.text).toContain(right[member]);
    }
  });

  it('has an error for a certificate that stands there twice', async () => {
    expect(await codesOf(await keySet({ kid: 'a' }, { kid: 'b' }))).toEqual([[1, 'JWK_REPEATED']]);
  });

  it('has a warning for a kid that stands there twice (RFC 7517 §4.5)', async () => {
    const { pem, der } = await createSelfSigned({ ...LEAF, subject: 'CN=second' });
    const second = { ...(await exportJWK(createPublicKey(pem))), x5c: [base64(der)] };
    const json = await keySet({ kid: 'same' }, { ...second, kid: 'same' });
    expect(await codesOf(json)).toEqual([[1, 'JWK_KID_REPEATED']]);
  });

  it('is linted certificate by certificate', async () => {
    const old = await createSelfSigned({ ...LEAF, notAfter: new Date('2026-05-01') });
    const expired = { ...(await exportJWK(createPublicKey(old.pem))), kid: 'old', x5c: [base64(old.der)] };
    expect(await codesOf(await keySet({}, expired))).toEqual([[1, 'EXPIRED']]);
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])(
    'with the private member %s is refused, however it is written, and never repeated (RFC 7518 §6)',
    async (member) => {
      const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ';
      const json = await keySet({}, { [member]: secret });
      const escaped = json.replace(
        `"${member}":`,
        `"\\u00${member.charCodeAt(0).toString(16)}${member.slice(1)}":`,
      );
      const nested = JSON.stringify({ client: { jwks: JSON.parse(json) as unknown } });
      for (const input of [json, escaped, nested]) {
        const pasted = await readPasted(input);
        expect(pasted).toMatchObject({ kind: 'refused', checks: [{ code: 'PRIVATE_KEY_PRESENT' }] });
        expect(JSON.stringify(pasted)).not.toContain(secret);
      }
    },
  );

  it.each([
    ['{"keys":[{"kty":"EC",}]}', 'line 1, column 22'],
    ['{\n  "keys": [\n    {"kty" "EC"}\n  ]\n}', 'line 3, column 12'],
    ['{"keys":[]} x', 'line 1, column 13'],
    ['{"keys":["no end', 'line 1, column 10'],
    ["{'keys':[]}", 'line 1, column 2'],
    ['{"keys":[01]}', 'line 1, column 11'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 'line 1, column 34'],
  ])('that is no JSON is refused with the place, and without the text: %s', async (json, place) => {
    const [check] = (await readAs('refused', json)).checks;
    expect(check).toMatchObject({ found: 'json_malformed', text: expect.stringContaining(place) });
  });

  it('shows no characters of a key id that could steer a terminal', async () => {
    expect((await onlyKey(await keySet({ kid: '\u001b[31mred\u202e' }))).kid).toBe('\ufffd[31mred\ufffd');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['RSA', { kty: 'RSA', n: Buffer.alloc(256, 255).toString('base64url'), e: 'AQAB' }, 'RSA 2048 bits'],
    ['a curve that is not accepted', { kty: 'EC', crv: 'secp256k1' }, 'EC secp256k1'],
    ['Ed25519', { kty: 'OKP', crv: 'Ed25519', x: 'AA' }, 'Ed25519'],
    ['something unknown', { kty: 'AKP' }, 'type AKP'],
  ])('explains a key without a certificate: %s', async (_what, jwk, name) => {
    const { key, checks } = await onlyKey(JSON.stringify(jwk));
    expect(key.name).toBe(name);
    expect(checks).toMatchObject([{ code: 'JWK_NO_CERTIFICATE', text: expect.stringContaining(name) }]);
  });
});

describe('a certificate signing request', () => {
  const lintRequest = async (der: Uint8Array): Promise<Check[]> =>
    lint(await readPasted(der), { mode: 'match-by-name', field: 'subject_dn' }, NOON);

  it('is decoded with what it asks for (RFC 2986 §4)', async () => {
    const { request } = (await readAs('request', await makeRequest())) satisfies PastedRequest;
    expect(request).toMatchObject({
      subject: { text: 'CN=payments,O=Acme,C=GB' },
      san: { dns: ['pay.acme.example'], uri: [], ip: [], email: [] },
      extendedKeyUsage: ['clientAuth'],
      keyUsage: undefined,
      isCa: false,
      key: { name: 'EC P-256' },
      signature: { name: 'SHA-256 with ECDSA' },
      possession: 'proven',
    });
    expect(request.pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
  });

  it.each(['P-384', 'RSA-2048', 'Ed25519'] as const)('proves its key, also of type %s', async (type) => {
    const der = await makeRequest({ keys: await generateKeys(type) });
    expect((await readAs('request', der)).request.possession).toBe('proven');
  });

  it('is sent to an authority, which is said, and nothing else is wrong with it', async () => {
    const checks = await lintRequest(await makeRequest());
    expect(findings(checks)).toEqual(['IS_REQUEST']);
    expect(checks[0]?.remedy).toMatch(/certification authority.*comes back/);
  });

  it('whose octets were changed does not prove its key (RFC 2986 §4.2)', async () => {
    const der = Buffer.from(await makeRequest());
    der[der.indexOf('payments')] = 'P'.charCodeAt(0);
    expect(findings(await lintRequest(Uint8Array.from(der)))).toEqual(['REQUEST_NOT_PROVEN', 'IS_REQUEST']);
  });

  it('with a signature of no form does not prove its key either', async () => {
    const der = Buffer.from(await makeRequest());
    der.fill(0, der.length - 60);
    expect((await readAs('request', Uint8Array.from(der))).request.possession).toBe('not_proven');
  });
});
