import type { AttackCase } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { newClient } from '../../harness/partners.js';
import { uniqueName } from '../../harness/identity.js';

/** Literal addresses of this machine and of private networks, where a key set would be fetched. */
const PRIVATE_HOSTS = [
  '127.0.0.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '[::1]',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:7f00:1]',
];

/** §3.7 of the catalogue: addresses that are typed into a form, refused when they are saved. */
export const KEY_SET_ADDRESSES: readonly AttackCase[] = [
  ofAddresses('SS-01', 'saves no jwks_uri without TLS', 'RFC 8725 §3.10', () => [
    'http://keys.example.com/jwks.json',
  ]),
  ofAddresses(
    'SS-09',
    'saves no jwks_uri that parsers read differently, or that hides something',
    'CVE-2026-6322 (fast-uri)',
    () => [
      'https://good.example@evil.example/',
      'https://good.example\\@evil.example/',
      'https://good.example#@evil.example/',
      'https://good.example/a\r\nHost: evil.example',
      'https:///evil.example/',
      'https://',
    ],
  ),
  ofAddresses(
    'SS-10',
    'saves no jwks_uri with a disguised host or scheme',
    'CVE-2026-75899 (fast-uri)',
    () => [
      'https://%65vil.example/',
      'https://%2f%2fevil.example/',
      '%68ttps://evil.example/',
      'https://evil。example/',
      'https://bücher.example/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://127.1/',
    ],
  ),
  ofAddresses('SS-11', 'saves no jwks_uri with another scheme', 'pyjwt#1169', () => [
    'file:///etc/passwd',
    'data:application/json,{"keys":[]}',
    'gopher://evil.example/',
    'ftp://evil.example/jwks.json',
    'ldap://evil.example/',
    'unix:/var/run/docker.sock',
  ]),
  ofAddresses(
    'SS-12',
    'saves no jwks_uri with the port of another service, or with a name of our own network',
    'OWASP ASVS 13.2.4',
    ({ stack }) => [
      ...[22, 25, 53, 5432, 6379, 11211].map((port) => `https://keys.example.com:${port}/`),
      `https://127.0.0.1:${stack.ports.adminManagement}/`,
      'https://localhost/',
      'https://postgres/',
      'https://admin/',
    ],
  ),
];

function ofAddresses(
  id: string,
  title: string,
  source: string,
  urls: (world: AttackWorld) => readonly string[],
): AttackCase {
  return { id, title, source, check: async (world) => notRefused(world, urls(world)) };
}

/** SS-02 at save: literal addresses that are not public. */
export const notRefusedLiterals = (world: AttackWorld): Promise<string[]> =>
  notRefused(
    world,
    PRIVATE_HOSTS.map((host) => `https://${host}/jwks.json`),
  );

/** The addresses that were not refused with 422 at the member, on both routes that take one; with a control that is saved. */
async function notRefused(world: AttackWorld, urls: readonly string[]): Promise<string[]> {
  const { operator, victim, pinned } = world;
  const wrong: string[] = [];
  for (const url of urls) {
    const attempts = [
      ['clients', newClient(victim, uniqueName('ss'), { jwks_uri: url })],
      ['credentials', { client: pinned.clientId, jwks_uri: url }],
    ] as const;
    for (const [path, body] of attempts) {
      const { status, json } = await operator.call('POST', path, body);
      const [problem] = (json['errors'] ?? []) as readonly { pointer: string }[];
      if (status !== 422 || problem?.pointer !== '/jwks_uri') wrong.push(`${path} ${url}: ${status}`);
    }
  }
  const saved = await operator.call(
    'POST',
    'clients',
    newClient(victim, uniqueName('ss'), { jwks_uri: 'https://keys.example.com/jwks.json' }),
  );
  return saved.status === 201 ? wrong : [...wrong, `the control is answered ${saved.status}`];
}
