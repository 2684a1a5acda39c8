import { KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { withToken } from '../../harness/token-endpoint.js';
import { exchange, type Identity } from '../../harness/wire.js';
import { ACCEPTED, invalidToken, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { judgeAnswer } from '../oracle.js';
import { macToken, nowSeconds, segmentOf, thumbprintOf, unsignedToken } from '../../harness/made-token.js';
import { listenAsStack, type Forge } from '../forge.js';

const UNTRUSTED = invalidToken('token_untrusted');
const MALFORMED = invalidToken('token_malformed');
/** Not a token of ours by whatever check comes first. */
const NOT_ACCEPTED: Expected = {
  status: 401,
  error: 'invalid_token',
  headers: { 'www-authenticate': /^Bearer error="invalid_token"/ },
};

type Variant = readonly [name: string, token: string | Promise<string>, expected: Expected];

/** A case at the API and at the gateway that believe the forge: tokens that are right but for one thing. */
function forged(
  id: string,
  title: string,
  source: string,
  variants: (
    forge: Forge,
    holder: Identity,
    world: AttackWorld,
  ) => readonly Variant[] | Promise<readonly Variant[]>,
): AttackCase {
  return {
    id,
    title,
    source,
    attempts: async (world) => {
      const forge = await world.forge();
      const holder = world.named.identity;
      const control: Variant = ['a valid token', forge.sign(forge.claims(holder)), ACCEPTED];
      const all = [control, ...(await variants(forge, holder, world))];
      const made = await Promise.all(
        all.map(async ([name, token, expected]) => ({ name, send: withToken(await token), expected })),
      );
      return [forge.target, forge.gateway].flatMap((to) =>
        made.map((one): Attempt => ({ ...one, name: `${one.name} at ${to.name}`, to, as: holder })),
      );
    },
  };
}

/** §3.3 of the catalogue, first part: signatures, headers and claims. */
export const FORGED_TOKENS: readonly AttackCase[] = [
  forged('TV-01', 'refuses a token without a signature', 'RFC 8725 §3.1; ASVS 9.1.2', (forge, holder) => {
    const claims = forge.claims(holder);
    const unsigned = ['none', 'None', 'nOnE', ''].map((alg): Variant => [
      `alg "${alg}"`,
      unsignedToken(alg, claims),
      NOT_ACCEPTED,
    ]);
    return [...unsigned, ['empty signature', unsignedToken('ES256', claims), NOT_ACCEPTED]];
  }),
  forged(
    'TV-02',
    'refuses HS256 keyed with the public key',
    'RFC 8725 §2.1; CVE-2026-48526',
    async (forge, holder) => {
      const key = KeyObject.from(forge.keys.es256.publicKey);
      const secrets: readonly (readonly [string, string | Buffer])[] = [
        ['PEM', key.export({ type: 'spki', format: 'pem' })],
        ['DER', key.export({ type: 'spki', format: 'der' })],
        ['JWK', JSON.stringify(await exportJWK(forge.keys.es256.publicKey))],
      ];
      return secrets.map(([name, secret]): Variant => [
        name,
        macToken(forge.claims(holder), secret),
        UNTRUSTED,
      ]);
    },
  ),
  forged(
    'TV-03',
    'refuses RS256 with a published key: the algorithms are a list',
    'RFC 8725 §3.1; FAPI2 SP 5.4',
    (forge, holder) => [
      [
        'RS256',
        forge.sign(forge.claims(holder), {
          header: { alg: 'RS256', kid: 'rs256' },
          key: forge.keys.rs256.privateKey,
        }),
        UNTRUSTED,
      ],
    ],
  ),
  forged(
    'TV-04',
    'refuses a token that brings its own key',
    'CVE-2018-0114; CVE-2026-27962',
    async (forge, holder) => {
      const own = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(own.publicKey);
      const claims = forge.claims(holder);
      return ['es256', 'mine', undefined].map((kid): Variant => [
        `kid ${kid}`,
        forge.sign(claims, { header: { jwk, kid }, key: own.privateKey }),
        UNTRUSTED,
      ]);
    },
  ),
  {
    id: 'TV-05',
    title: 'never fetches a key from where the token says (jku, x5u)',
    source: 'RFC 8725 §3.10; ASVS 9.1.3',
    check: async (world) => {
      const forge = await world.forge();
      const own = await generateKeyPair('ES256', { extractable: true });
      const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'mine' }] };
      const { url, seen } = await listenAsStack(world, JSON.stringify(keys));
      const violations: string[] = [];
      for (const member of ['jku', 'x5u']) {
        const token = await forge.sign(forge.claims(world.named.identity), {
          header: { [member]: `${url}/jwks`, kid: 'mine' },
          key: own.privateKey,
        });
        const { identity } = world.named;
        for (const { url } of [forge.target, forge.gateway]) {
          const answer = await exchange({ url, ca: world.stack.ca, identity }, withToken(token));
          violations.push(...judgeAnswer(answer, UNTRUSTED));
        }
      }
      if (seen.connections > 0)
        violations.push(`${seen.connections} connections to the address in the token`);
      return violations;
    },
  },
  forged('TV-08', 'refuses a critical header that is not understood', 'RFC 7515 §4.1.11', (forge, holder) => [
    [
      'validly signed',
      forge.sign(forge.claims(holder), {
        header: { crit: ['urn:example:x'], 'urn:example:x': true },
        critical: { 'urn:example:x': true },
      }),
      NOT_ACCEPTED,
    ],
  ]),
  forged(
    'TV-10',
    'refuses a token that has expired, or does not say when',
    'RFC 9068 §4; ASVS 9.2.1',
    (forge, holder) => {
      const now = nowSeconds();
      const claims = forge.claims(holder);
      const text = JSON.stringify({ ...claims, exp: 'EXP' });
      const exp = (value: string): Promise<string> => forge.sign(text.replace('"EXP"', value));
      return [
        ['expired', forge.sign({ ...claims, iat: now - 300, exp: now - 60 }), invalidToken('token_expired')],
        ['no exp', forge.sign({ ...claims, exp: undefined }), NOT_ACCEPTED],
        ['a string', exp(`"${now + 100}"`), NOT_ACCEPTED],
        ['negative', exp('-1'), NOT_ACCEPTED],
        ['1e400', exp('1e400'), NOT_ACCEPTED],
        ['null', exp('null'), NOT_ACCEPTED],
      ];
    },
  ),
  forged(
    'TV-11',
    'takes small differences of clocks and no large ones',
    'RFC 7519 §4.1.5; FAPI2',
    (forge, holder) => {
      const now = nowSeconds();
      const claims = forge.claims(holder);
      return [
        ['iat 10 s ahead', forge.sign({ ...claims, iat: now + 10 }), ACCEPTED],
        ['nbf 10 s ahead', forge.sign({ ...claims, nbf: now + 10 }), ACCEPTED],
        ['iat 120 s ahead', forge.sign({ ...claims, iat: now + 120 }), UNTRUSTED],
        ['nbf 120 s ahead', forge.sign({ ...claims, nbf: now + 120 }), UNTRUSTED],
      ];
    },
  ),
  forged('TV-12', 'refuses another issuer, however similar', 'RFC 8725 §3.8', (forge, holder) => {
    const claims = forge.claims(holder);
    const { issuer } = forge;
    const others = [
      'https://evil.example',
      `${issuer}/`,
      issuer.replace('localhost', 'LOCALHOST'),
      `${issuer}0`,
    ];
    return [
      ...others.map((iss): Variant => [iss, forge.sign({ ...claims, iss }), UNTRUSTED]),
      ['none', forge.sign({ ...claims, iss: undefined }), UNTRUSTED],
      ['a list', forge.sign({ ...claims, iss: [issuer] }), UNTRUSTED],
    ];
  }),
  forged('TV-13', 'refuses another audience', 'RFC 9068 §4; ASVS 9.2.3, 10.3.1', (forge, holder, world) => {
    const claims = forge.claims(holder);
    const others = [world.stack.orders, 'forged-client', `${forge.audience}/`, forge.issuer, [], ['a', 'b']];
    return [
      ...others.map((aud): Variant => [JSON.stringify(aud), forge.sign({ ...claims, aud }), UNTRUSTED]),
      ['none', forge.sign({ ...claims, aud: undefined }), UNTRUSTED],
    ];
  }),
  forged(
    'TV-15',
    'refuses a token of another kind under the same key',
    'RFC 8725 §3.11; RFC 9068 §4; ASVS 9.2.2',
    (forge, holder) => {
      const claims = forge.claims(holder);
      const others = [
        undefined,
        'JWT',
        'logout+jwt',
        'token-introspection+jwt',
        'client-authentication+jwt',
        'id+jwt',
      ];
      return others.map((typ): Variant => [`typ ${typ}`, forge.sign(claims, { header: { typ } }), UNTRUSTED]);
    },
  ),
  forged('TV-18', 'refuses a token that is not bound', 'RFC 8705 §3', (forge, holder) => {
    const claims = forge.claims(holder);
    const unbound = invalidToken('binding_missing');
    const jkt = thumbprintOf(holder);
    return [
      ['no cnf', forge.sign({ ...claims, cnf: undefined }), unbound],
      ['null', forge.sign({ ...claims, cnf: null }), unbound],
      ['empty', forge.sign({ ...claims, cnf: {} }), unbound],
      ['bound to a DPoP key', forge.sign({ ...claims, cnf: { jkt } }), unbound],
      ['bound in two ways', forge.sign({ ...claims, cnf: { 'x5t#S256': jkt, jkt } }), unbound],
    ];
  }),
  forged('TV-21', 'refuses a thumbprint in any other spelling', 'RFC 8705 §3.1', (forge, holder) => {
    const claims = forge.claims(holder);
    const right = thumbprintOf(holder);
    const spelled = [
      thumbprintOf(holder, 'hex'),
      `${right}=`,
      thumbprintOf(holder, 'base64'),
      right.slice(0, 27),
      `${right} `,
      [right],
    ];
    return spelled.map((value): Variant => [
      JSON.stringify(value),
      forge.sign({ ...claims, cnf: { 'x5t#S256': value } }),
      invalidToken('binding_missing'),
    ]);
  }),
  forged(
    'TV-30',
    'refuses giant, deep and poisonous tokens',
    'CVE-2026-21710; ASVS 15.3.6',
    (forge, holder) => {
      const claims = forge.claims(holder);
      const poisoned = JSON.stringify({ ...claims, cnf: undefined }).replace(
        '{',
        `{"__proto__":{"cnf":${JSON.stringify(claims['cnf'])}},`,
      );
      const partnerless = JSON.stringify({ ...claims, partner: undefined }).replace(
        '{',
        '{"__proto__":{"partner":"acme"},"constructor":{"prototype":{"partner":"acme"}},',
      );
      const deep = `${'{"x5t#S256":'.repeat(100)}1${'}'.repeat(100)}`;
      const tooLarge: Expected = { status: 431, orClosed: true };
      return [
        ['1 MB', `${'a'.repeat(1_000_000)}.b.c`, tooLarge],
        ['12 kB', `${'a'.repeat(12_000)}.b.c`, MALFORMED],
        ['cnf in __proto__', forge.sign(poisoned), invalidToken('binding_missing')],
        ['partner in __proto__', forge.sign(partnerless), UNTRUSTED],
        [
          '100 levels',
          forge.sign(JSON.stringify({ ...claims, cnf: 'CNF' }).replace('"CNF"', deep)),
          NOT_ACCEPTED,
        ],
        [
          '100 levels, unsigned',
          `${segmentOf({ alg: 'ES256' })}.${Buffer.from(deep).toString('base64url')}.AAAA`,
          NOT_ACCEPTED,
        ],
      ];
    },
  ),
];
