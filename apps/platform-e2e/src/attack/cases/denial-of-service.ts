import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import {
  credentialsForm,
  FORM_TYPE,
  jsonRequest,
  tokenOf,
  tokenRequest,
  withToken,
} from '../../harness/token-endpoint.js';
import type { WireRequest } from '../../harness/wire.js';
import type { AttackCase, Attempt, Expected } from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';
import { tokenAttempt } from './client-authentication.js';

const KILO = 1_024;
const TOO_LARGE: Expected = { status: 413, error: 'invalid_request', orClosed: true };
const HEADERS_TOO_LARGE: Expected = { status: 431, orClosed: true };
const MALFORMED: Expected = { status: 400, error: 'invalid_request', withinMs: 20 };

/** §3.9 of the catalogue: what is too much is refused before it costs anything. */
export const DENIAL_OF_SERVICE: readonly AttackCase[] = [
  {
    id: 'DO-07',
    title: 'refuses a body above 16 KiB before it is parsed, also an endless one',
    source: 'OWASP API4',
    attempts: async (world) => {
      const { identity, clientId } = world.named;
      const form = credentialsForm(clientId);
      const { body = '' } = tokenRequest(form);
      const token = await tokenOf(world.stack, world.named);
      const order = (length: number): WireRequest =>
        withToken(token, jsonRequest('POST', '/orders', { item: 'x'.repeat(length), quantity: 1 }));
      const of = (length: number): WireRequest['body'] => `${String(body)}&pad=`.padEnd(length, 'x');
      const chunks = Buffer.from(`1000\r\n${'x'.repeat(0x1000)}\r\n`.repeat(64));
      const endless = Buffer.concat([
        Buffer.from(
          'POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n' +
            'Content-Type: application/x-www-form-urlencoded\r\n\r\n',
        ),
        chunks,
      ]);
      return [
        tokenAttempt(world, '17 kB', identity, form, TOO_LARGE, { body: of(17 * KILO) }),
        tokenAttempt(world, '1 MB', identity, form, TOO_LARGE, { body: of(KILO * KILO) }),
        { name: 'endless', to: world.token, as: identity, send: endless, expected: TOO_LARGE },
        ...world.apis.flatMap((to) =>
          [17 * KILO, KILO * KILO, 12 * KILO * KILO].map((length) => ({
            name: `an order of ${length} octets at ${to.name}`,
            to,
            as: identity,
            send: order(length),
            expected: TOO_LARGE,
          })),
        ),
      ];
    },
  },
  {
    id: 'DO-08',
    title: 'refuses thousands of parameters, repeated or nested ones, at once',
    source: 'ASVS 15.3.7',
    attempts: (world) => {
      const { identity } = world.named;
      const send = (name: string, body: string, expected: Expected): Attempt =>
        tokenAttempt(world, name, identity, [], expected, { body });
      return [
        send('10 000', Array.from({ length: 10_000 }, (_, i) => `p${i}=`).join('&'), TOO_LARGE),
        send('2 000', Array.from({ length: 2_000 }, (_, i) => `p${i}=`).join('&'), MALFORMED),
        send('the same 1 000 times', 'scope=a&'.repeat(1_000), MALFORMED),
        send('1 000 deep', `a${'[b]'.repeat(1_000)}=c`, MALFORMED),
        send('a prototype', '__proto__=x&__proto__[client_id]=y&constructor=z', MALFORMED),
      ];
    },
  },
  {
    id: 'DO-09',
    title: 'refuses compressed bodies and decompresses nothing',
    source: 'RFC 9110 §8.4',
    attempts: (world) => {
      const { identity, clientId } = world.named;
      const form = credentialsForm(clientId);
      const { body = '' } = tokenRequest(form);
      const codings: readonly [coding: string, body: Buffer][] = [
        ['gzip', gzipSync(body)],
        ['br', brotliCompressSync(body)],
        ['deflate', deflateSync(body)],
        ['gzip', gzipSync(Buffer.alloc(8 * KILO * KILO))],
        ['identity, gzip', gzipSync(body)],
      ];
      return codings.map(([coding, content]) =>
        tokenAttempt(
          world,
          `${coding}, ${content.length} octets`,
          identity,
          form,
          { status: 415, error: 'invalid_request' },
          { headers: [FORM_TYPE, ['Content-Encoding', coding]], body: content },
        ),
      );
    },
  },
  {
    id: 'DO-10',
    title: 'refuses a header that is too large or has too many lines, and cuts nothing silently',
    source: 'RFC 6585 §5; CVE-2026-58044',
    attempts: (world) => {
      const lines = (count: number) =>
        Array.from({ length: count }, (_, i) => [`X-${i}`, 'x'] as const satisfies readonly [string, string]);
      return everywhere(world).flatMap((to) =>
        [
          ['17 kB', [['X-Large', 'x'.repeat(17 * KILO)] as const]] as const,
          ['101 lines', lines(101)] as const,
          ['1 100 lines', lines(1_100)] as const,
        ].map(([name, headers]) => ({
          name: `${name} at ${to.name}`,
          to,
          send: { target: '/', headers },
          expected: HEADERS_TOO_LARGE,
        })),
      );
    },
  },
  {
    id: 'DO-20',
    title: 'survives poisonous header names, paths and methods',
    source: 'CVE-2026-21710',
    attempts: (world) => everywhere(world).flatMap(poisonAt),
  },
];

function poisonAt(to: Target): Attempt[] {
  return POISON.map(([name, send, expected = REFUSED]) => ({
    name: `${name} at ${to.name} ${new URL(to.url).port}`,
    to,
    send,
    expected,
  }));
}

function everywhere(world: AttackWorld): readonly Target[] {
  return [...world.mutualTls, world.open];
}

const REFUSED: Expected = { status: [400, 401, 404, 405, 415] };

const POISON: readonly [name: string, send: Attempt['send'], expected?: Expected][] = [
  [
    '__proto__',
    {
      target: '/nowhere',
      headers: [
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ],
    },
  ],
  ['malformed %', { target: '/%zz' }],
  ['half a sequence', { target: '/%c3' }],
  ['//', { target: '//' }],
  ['dots', { target: '/../../etc/passwd' }],
  ['NUL encoded', { target: '/%00' }],
  ['NUL', line('GET /a\0b')],
  ['method of 8 kB', line(`${'A'.repeat(8 * KILO)} /`), { status: [400, 405, 431], orClosed: true }],
  ['no host', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  [
    'two hosts',
    {
      target: '/',
      headers: [
        ['Host', 'localhost'],
        ['Host', 'other.example'],
      ],
    },
  ],
  [
    'two lengths',
    Buffer.from('POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
  ],
  [
    'length and chunks',
    Buffer.from(
      'POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
  ],
];

function line(start: string): Buffer {
  return Buffer.from(`${start} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1');
}
