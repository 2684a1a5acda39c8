import { KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { everyHeader } from '../attack/forwarding.js';
import { macToken, nowSeconds, segmentOf, thumbprintOf, unsignedToken } from '../harness/made-token.js';
import { withToken } from '../harness/token-endpoint.js';
import { twice } from './accepted-calls.js';
import type { Call } from './call.js';
import type { CallKit } from './call-kit.js';

/** What mod_oauth2 does not look at, it lets pass. */
const ignored = (because: string): Call['differs'] => ({ mod_oauth2: { status: 200, because } });
/** A claim that `Require` asks for is refused like a scope: without an error. */
const REQUIRED: Call['differs'] = {
  mod_oauth2: { status: 401, because: '`iss` and `aud` are judged by `Require`, which gives no error' },
};

type Row = readonly [what: string, clause: string, make: Call['make'], differs?: Call['differs']];

const rows = (verdict: Call['verdict'], list: readonly Row[]): readonly Call[] =>
  list.map(([what, clause, make, differs]) => ({ what, clause, verdict, make, ...(differs && { differs }) }));

/** A token bound to `own` that was accepted over its certificate a moment ago. */
const validToken = (kit: CallKit): Promise<string> => kit.sign(kit.claims());

const HOLDERS = rows('bad token', [
  [
    'a token over another certificate',
    'RFC 8705 §3',
    async (kit) => ({ as: kit.other, request: withToken(await validToken(kit)) }),
  ],
  [
    'a token without a certificate',
    'RFC 8705 §3',
    async (kit) => ({ as: undefined, request: withToken(await validToken(kit)) }),
  ],
  [
    "a token over another certificate, with the holder's in every header that proxies use",
    'RFC 9440 §4',
    async (kit) => ({
      as: kit.other,
      request: withToken(await validToken(kit), { headers: everyHeader(kit.ownLeaf) }),
    }),
  ],
  [
    "a token without a certificate, with the holder's in every header that proxies use",
    'RFC 9440 §4',
    async (kit) => ({
      as: undefined,
      request: withToken(await validToken(kit), { headers: everyHeader(kit.ownLeaf) }),
    }),
  ],
  [
    "another's token on a connection that served its own before",
    'RFC 8705 §3',
    async (kit) => ({
      ...kit.call(await kit.sign(kit.claims({ cnf: { 'x5t#S256': thumbprintOf(kit.other) } }))),
      first: withToken(await validToken(kit)),
    }),
  ],
]);

const confirmed = (cnf: (kit: CallKit) => unknown): Call['make'] => {
  return (kit) => kit.withClaims({ cnf: cnf(kit) });
};

const BINDINGS = rows('bad token', [
  ['a token without `cnf`', 'RFC 8705 §3', confirmed(() => undefined)],
  [
    '`cnf` for a DPoP key alone (`jkt`)',
    'RFC 7800 §3.1',
    confirmed(({ own }) => ({ jkt: thumbprintOf(own) })),
  ],
  [
    '`cnf` for this certificate and for a DPoP key',
    'RFC 7800 §3.1',
    confirmed(({ own }) => ({ 'x5t#S256': thumbprintOf(own), jkt: thumbprintOf(own) })),
    ignored('it looks at `x5t#S256` and at no other member of `cnf`'),
  ],
  [
    'a thumbprint of 20 octets',
    'RFC 8705 §3.1',
    confirmed(({ own }) => ({ 'x5t#S256': thumbprintOf(own).slice(0, 27) })),
  ],
  [
    'a thumbprint in base64, not base64url',
    'RFC 8705 §3.1',
    confirmed(({ own }) => ({ 'x5t#S256': thumbprintOf(own, 'base64') })),
  ],
  [
    'a thumbprint in hexadecimal digits',
    'RFC 8705 §3.1',
    confirmed(({ own }) => ({ 'x5t#S256': thumbprintOf(own, 'hex') })),
  ],
  [
    '`cnf` twice in the JSON, the last one for another certificate',
    'RFC 7519 §4',
    async (kit) => kit.call(await kit.sign(twice(kit, kit.own, kit.other))),
  ],
]);

const claiming = (changes: () => Readonly<Record<string, unknown>>): Call['make'] => {
  return (kit) => kit.withClaims(changes());
};

const CLAIMS = rows('bad token', [
  [
    'an expired token',
    'RFC 7519 §4.1.4',
    claiming(() => ({ iat: nowSeconds() - 300, exp: nowSeconds() - 60 })),
  ],
  ['a token without `exp`', 'RFC 9068 §2.2', claiming(() => ({ exp: undefined }))],
  [
    '`nbf` 120 s ahead',
    'RFC 7519 §4.1.5',
    claiming(() => ({ nbf: nowSeconds() + 120 })),
    ignored('it does not look at `nbf`'),
  ],
  ['`iat` 120 s ahead', 'RFC 7519 §4.1.6', claiming(() => ({ iat: nowSeconds() + 120 }))],
  ['another issuer', 'RFC 9068 §4', claiming(() => ({ iss: 'https://evil.example' })), REQUIRED],
  ['another audience', 'RFC 9068 §4', claiming(() => ({ aud: 'https://other.example' })), REQUIRED],
  ['no audience', 'RFC 9068 §2.2', claiming(() => ({ aud: undefined })), REQUIRED],
  ['a token without `sub`', 'RFC 9068 §2.2', claiming(() => ({ sub: undefined }))],
  [
    'a token without `client_id`',
    'RFC 9068 §2.2',
    claiming(() => ({ client_id: undefined })),
    ignored('it needs `sub`, and knows no `client_id`'),
  ],
]);

const SIGNATURES = rows('bad token', [
  [
    '`typ: JWT`',
    'RFC 9068 §4',
    (kit) => kit.withHeader({ typ: 'JWT' }),
    ignored('it does not look at `typ`: an ID token of the same key would do'),
  ],
  [
    'no `typ`',
    'RFC 9068 §4',
    (kit) => kit.withHeader({ typ: undefined }),
    ignored('it does not look at `typ`: an ID token of the same key would do'),
  ],
  ['`alg: none`', 'RFC 8725 §3.1', (kit) => kit.call(unsignedToken('none', kit.claims()))],
  [
    'HS256, keyed with the public key',
    'RFC 8725 §2.1',
    (kit) => {
      const key = KeyObject.from(kit.keys.es256.publicKey).export({ type: 'spki', format: 'pem' });
      return kit.call(macToken(kit.claims(), key));
    },
  ],
  [
    'RS256, by a key of the issuer that is not for this API',
    'RFC 8725 §3.1',
    async (kit) => {
      const signing = { header: { alg: 'RS256', kid: 'rs256' }, key: kit.keys.rs256.privateKey };
      return kit.call(await kit.sign(kit.claims(), signing));
    },
  ],
  [
    'a changed signature',
    'RFC 7515 §5.2',
    async (kit) => {
      const token = await validToken(kit);
      return kit.call(`${token.slice(0, -8)}${token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`);
    },
  ],
  [
    'changed claims under the signature of the others',
    'RFC 7515 §5.2',
    async (kit) => {
      const [header, , signature] = (await validToken(kit)).split('.');
      return kit.call(`${header}.${segmentOf(kit.claims({ scope: 'orders:read admin' }))}.${signature}`);
    },
  ],
  ['an unknown `kid`', 'RFC 7515 §4.1.4', (kit) => kit.withHeader({ kid: 'nobody' })],
  [
    'a key of its own in the header (`jwk`)',
    'RFC 8725 §3.10',
    async (kit) => {
      const own = await generateKeyPair('ES256', { extractable: true });
      const header = { jwk: await exportJWK(own.publicKey), kid: 'es256' };
      return kit.call(await kit.sign(kit.claims(), { header, key: own.privateKey }));
    },
  ],
  [
    'a critical header that nobody understands (`crit`)',
    'RFC 7515 §4.1.11',
    async (kit) => {
      const signing = {
        header: { crit: ['urn:example:x'], 'urn:example:x': true },
        critical: { 'urn:example:x': true },
      };
      return kit.call(await kit.sign(kit.claims(), signing));
    },
    ignored('it does not look at `crit`'),
  ],
  ['text that is no JWT', 'RFC 9068 §4', (kit) => kit.call('aaa.bbb.ccc')],
  ['a token of 7,900 characters', 'RFC 6750 §3.1', (kit) => kit.call(`${'a'.repeat(7_896)}.b.c`)],
  [
    'a token of 12,000 characters',
    'RFC 6750 §3.1',
    (kit) => kit.call(`${'a'.repeat(11_996)}.b.c`),
    {
      nginx: {
        status: 400,
        because: 'the line is longer than a buffer of `large_client_header_buffers` (8 KiB)',
      },
      mod_oauth2: { status: 400, because: 'the line is longer than `LimitRequestFieldSize` (8,190)' },
    },
  ],
]);

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

const PLACES: readonly Call[] = [
  ...rows('no token', [
    ['no token', 'RFC 6750 §3', (kit) => ({ as: kit.own, request: { target: '/orders' } })],
    [
      'another scheme (`Basic`)',
      'RFC 6750 §3',
      (kit) => ({ as: kit.own, request: { target: '/orders', headers: [['Authorization', 'Basic YTpi']] } }),
    ],
    [
      'a token in the form of the body alone',
      'RFC 6750 §2.1',
      async (kit) => ({
        as: kit.own,
        request: { target: '/orders', headers: [FORM], body: `access_token=${await validToken(kit)}` },
      }),
    ],
  ]),
  ...rows('bad request', [
    [
      'a token in the query',
      'RFC 6750 §2.3',
      async (kit) => ({ as: kit.own, request: { target: `/orders?access_token=${await validToken(kit)}` } }),
      {
        mod_oauth2: {
          status: 401,
          error: 'invalid_request',
          because: 'it looks for a token in the header alone: there is none',
        },
      },
    ],
    [
      'a token in the query, and the right one in the header',
      'RFC 6750 §2',
      async (kit) => {
        const token = await validToken(kit);
        return kit.call(token, { target: `/orders?access_token=${token}` });
      },
      ignored('it looks for a token in the header alone'),
    ],
    [
      'two `Authorization` headers, both right',
      'RFC 6750 §2',
      async (kit) => {
        const token = await validToken(kit);
        return kit.call(token, { headers: [['Authorization', `Bearer ${token}`]] });
      },
      { nginx: { status: 400, because: 'nginx refuses the second line by itself' } },
    ],
    [
      'the scheme and no token',
      'RFC 6750 §2.1',
      (kit) => ({ as: kit.own, request: { target: '/orders', headers: [['Authorization', 'Bearer']] } }),
    ],
    ['a token and another word', 'RFC 6750 §2.1', async (kit) => kit.call(`${await validToken(kit)} more`)],
  ]),
  ...rows('scope missing', [
    ['another scope', 'RFC 6750 §3.1', claiming(() => ({ scope: 'orders:write' }))],
    ['no scope at all', 'RFC 6750 §3.1', claiming(() => ({ scope: undefined }))],
    ['a scope that only begins so', 'RFC 6750 §3.1', claiming(() => ({ scope: 'orders:reader' }))],
  ]),
];

/** Calls that every system must refuse, each for one reason. */
export const REFUSED_CALLS: readonly Call[] = [...HOLDERS, ...BINDINGS, ...CLAIMS, ...SIGNATURES, ...PLACES];
