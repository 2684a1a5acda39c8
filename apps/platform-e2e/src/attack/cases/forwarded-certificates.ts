import type { IssuedCertificate } from '@holdfast/test-pki';
import { tokenOf, withToken } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import {
  type Forwarded,
  forwarding,
  forwardingCalls,
  asking,
  item,
  escaped,
  everyHeader,
  chainOf,
  type Lines,
  MALFORMED,
} from '../forwarding.js';

/** What that proxy sets itself. */
const OF_EDGE = ['Client-Cert', 'X-Client-Verify'];

/** §3.4 of the catalogue, second part: what is forwarded. */
export const FORWARDED_CERTIFICATES: readonly AttackCase[] = [
  {
    id: 'PH-06',
    title: 'sees no certificate where the proxy forwards none, and none in the headers of other formats',
    source: 'traefik#5061; CVE-2026-46579',
    attempts: async (world) => {
      const { token, edge } = await world.proxied();
      const foreign = everyHeader(world.named.leaf).filter(([name]) => !OF_EDGE.includes(name));
      const at = (name: string, lines: Lines): Attempt =>
        asking(world, name, token, edge, lines, invalidClient('certificate_absent'));
      const absent = invalidClient('certificate_absent');
      return [
        at('nothing', []),
        at('an empty line', [['Client-Cert', '']]),
        at('other formats', foreign),
        ...(await forwardingCalls(world, [
          ['nothing', [], absent],
          ['other formats', foreign, absent],
        ])),
      ];
    },
  },
  {
    id: 'PH-08',
    title: 'refuses two certificates, as two lines or joined into one',
    source: 'RFC 9440 §2.2',
    attempts: async (world) => {
      const [own, other] = [item(world.named.leaf), item(world.attackerClient.leaf)];
      return everywhere(world, [
        [
          'two lines',
          [
            ['Client-Cert', own],
            ['Client-Cert', other],
          ],
          MALFORMED,
        ],
        [
          'the same twice',
          [
            ['Client-Cert', own],
            ['client-cert', own],
          ],
          MALFORMED,
        ],
        ['joined', [['Client-Cert', `${own}, ${other}`]], MALFORMED],
        [
          'an empty line first',
          [
            ['Client-Cert', ''],
            ['Client-Cert', own],
          ],
          MALFORMED,
        ],
        ['one', [['Client-Cert', own]], ACCEPTED],
      ]);
    },
  },
  {
    id: 'PH-09',
    title: 'takes a header that was stripped on the way for no certificate',
    source: 'CVE-2026-33805',
    attempts: async (world) => [
      ...(await everywhere(world, [
        ['stripped', [['Connection', 'close, Client-Cert']], invalidClient('certificate_absent')],
      ])),
      {
        name: 'what the gateway says itself still reaches the API',
        to: world.gateway,
        as: world.named.identity,
        send: withToken(await tokenOf(world.stack, world.named), {
          headers: [['Connection', 'close, Authorization, Host, Holdfast-Client-Id, X-Forwarded-For']],
        }),
        expected: ACCEPTED,
      },
    ],
  },
  {
    id: 'PH-11',
    title: 'refuses what is not exactly one byte sequence',
    source: 'RFC 9440 §2.1; RFC 8941 §3.3.5',
    attempts: (world) => {
      const value = item(world.named.leaf);
      const der = Buffer.from(world.named.leaf.der);
      const of = (name: string, text: string): Forwarded => [name, [['Client-Cert', text]], MALFORMED];
      return everywhere(world, [
        of('no colons', der.toString('base64')),
        of('one colon', value.slice(0, -1)),
        of('base64url', `:${der.toString('base64url')}:`),
        of('white space', value.replace(/.{80}/, '$& ')),
        of('a parameter', `${value};a`),
        of('PEM armour', world.named.leaf.pem.trim().replaceAll('\n', ' ')),
        of('half a certificate', `:${der.subarray(0, 90).toString('base64')}:`),
        of('something behind it', `:${Buffer.concat([der, Buffer.from([0])]).toString('base64')}:`),
      ]);
    },
  },
  {
    id: 'PH-12',
    title: 'guesses no format',
    source: 'RFC 9440 §2',
    attempts: async (world) => {
      const { token, edge, checking } = await world.proxied();
      const { leaf } = world.named;
      const verified = ['X-Client-Verify', 'SUCCESS'] as const;
      return [
        asking(world, 'of nginx, as RFC 9440', token, edge, [['Client-Cert', escaped(leaf)]], MALFORMED),
        asking(
          world,
          'RFC 9440, as of nginx',
          token,
          checking,
          [['X-Client-Cert', item(leaf)], verified],
          MALFORMED,
        ),
        asking(world, 'of nginx', token, checking, [['X-Client-Cert', escaped(leaf)], verified], ACCEPTED),
      ];
    },
  },
  {
    id: 'PH-14',
    title: 'lets the verdict of a proxy refuse, never admit, and refuses one that contradicts',
    source: 'nginx, $ssl_client_verify',
    attempts: async (world) => {
      const { token, edge, checking } = await world.proxied();
      const { leaf } = world.named;
      const refused = invalidClient('certificate_refused_by_proxy');
      const checked = (verdict: string | undefined, expected: Expected): Attempt => {
        const lines: Lines = verdict === undefined ? [] : [['X-Client-Verify', verdict]];
        const all: Lines = [['X-Client-Cert', escaped(leaf)], ...lines];
        return asking(world, `asked, ${verdict ?? 'silent'}`, token, checking, all, expected);
      };
      const told = (verdict: string, of: IssuedCertificate, expected: Expected): Attempt => {
        const lines: Lines = [
          ['Client-Cert', item(of)],
          ['X-Client-Verify', verdict],
        ];
        return asking(world, `not asked, ${verdict}`, token, edge, lines, expected);
      };
      return [
        checked('SUCCESS', ACCEPTED),
        checked('FAILED:certificate has expired', refused),
        checked('NONE', refused),
        checked('success', refused),
        checked(undefined, refused),
        told('FAILED:unable to get local issuer certificate', leaf, ACCEPTED),
        told('NONE', leaf, MALFORMED),
        told('SUCCESS', world.attackerClient.leaf, invalidClient('certificate_not_registered')),
      ];
    },
  },
  {
    id: 'PH-16',
    title: 'judges a forwarded chain itself: a bag, of bounded size',
    source: 'RFC 9440 §2.3',
    attempts: async (world) => {
      const { leaf, intermediate, others } = await chainOf(world, 11);
      const { root } = world.victim;
      const of = (name: string, chain: readonly IssuedCertificate[], expected: Expected): Forwarded => [
        name,
        [
          ['Client-Cert', item(leaf)],
          ['Client-Cert-Chain', chain.map(item).join(', ')],
        ],
        expected,
      ];
      return forwarding(world, [
        of('the intermediate', [intermediate], ACCEPTED),
        of('another issuer', [others[0]!], invalidClient('issuer_unknown')),
        of('with the root', [intermediate, root], ACCEPTED),
        of('in another order', [others[0]!, root, intermediate], ACCEPTED),
        of('eleven', others, invalidClient('path_too_complex')),
        ['without a certificate', [['Client-Cert-Chain', item(intermediate)]], MALFORMED],
      ]);
    },
  },
  {
    id: 'PH-25',
    title: 'takes a chain of 12 kB, and refuses headers above 16 KiB',
    source: 'RFC 9440 §3.2',
    attempts: async (world) => {
      const { leaf, intermediate, others } = await chainOf(world, 8, 900);
      const chain = [...others, intermediate].map(item).join(', ');
      const at = (name: string, value: string, expected: Expected): Forwarded => [
        name,
        [
          ['Client-Cert', item(leaf)],
          ['Client-Cert-Chain', value],
        ],
        expected,
      ];
      return forwarding(world, [
        at(`${chain.length} octets`, chain, ACCEPTED),
        at('17 kB', chain.padEnd(17 * 1_024, ','), { status: 431, orClosed: true }),
      ]);
    },
  },
];

/** Requests for a token, and calls through the gateway. */
async function everywhere(world: AttackWorld, requests: readonly Forwarded[]): Promise<readonly Attempt[]> {
  return [...(await forwarding(world, requests)), ...(await forwardingCalls(world, requests))];
}
