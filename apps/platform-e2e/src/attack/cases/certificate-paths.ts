import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  authorityFrom,
  encodeDer,
  TAG,
  type Authority,
  type AuthorityOptions,
  type IssuedCertificate,
  type LeafOptions,
  type RawExtension,
} from '@holdfast/test-pki';
import { beside } from '../../harness/beside.js';
import { makeRoot, toIdentity, uniqueName, validNow } from '../../harness/identity.js';
import { registerClient, registerPartner } from '../../harness/partners.js';
import { newDirectory } from '../../harness/run-directory.js';
import { credentialsForm } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { tokenAttempt } from './client-authentication.js';

const ISSUER_UNKNOWN = invalidClient('issuer_unknown');
const ISSUER_INVALID = invalidClient('issuer_invalid');
const PATH_INVALID = invalidClient('path_invalid');
const TOO_COMPLEX = invalidClient('path_too_complex');

const MINUTE_MS = 60_000;
const past = (): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - 10 * MINUTE_MS),
  notAfter: new Date(Date.now() - MINUTE_MS),
});
const future = (): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() + 10 * MINUTE_MS),
  notAfter: new Date(Date.now() + 20 * MINUTE_MS),
});

/** What the named client of the victim can be issued: certificates with its subject, under any authority. */
export class ClientPaths {
  constructor(readonly world: AttackWorld) {}

  get root(): Authority {
    return this.world.victim.root;
  }

  leaf(issuer: Authority, change: Partial<LeafOptions> = {}): Promise<IssuedCertificate> {
    const { subject } = this.world.named;
    return issuer.issue({ subject, extendedKeyUsage: ['clientAuth'], ...validNow(), ...change });
  }

  intermediate(
    change: Partial<AuthorityOptions> = {},
    issuer: Authority = this.world.victim.root,
  ): Promise<Authority> {
    return issuer.issueAuthority({ subject: `CN=${uniqueName('issuing')}`, ...validNow(), ...change });
  }

  /** A token request of the named client with these certificates, leaf first. */
  attempt(name: string, chain: readonly IssuedCertificate[], expected: Expected): Attempt {
    const [leaf, ...issuers] = chain;
    const form = credentialsForm(this.world.named.clientId);
    return tokenAttempt(this.world, name, toIdentity(leaf!, ...issuers), form, expected);
  }

  /** The same through an intermediate of its own. */
  async through(
    name: string,
    change: Partial<AuthorityOptions>,
    expected: Expected,
    leaf: Partial<LeafOptions> = {},
  ): Promise<Attempt> {
    const intermediate = await this.intermediate(change);
    return this.attempt(name, [await this.leaf(intermediate, leaf), intermediate], expected);
  }
}

interface PathCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly paths: (paths: ClientPaths) => Promise<readonly Attempt[]>;
}

const CASES: readonly PathCase[] = [
  {
    id: 'CV-01',
    title: 'refuses what is not valid now, and tells only what the caller has sent',
    source: 'RFC 5280 §4.1.2.5, §6.1.3',
    paths: async (paths) => [
      paths.attempt('valid', [await paths.leaf(paths.root)], ACCEPTED),
      paths.attempt('expired', [await paths.leaf(paths.root, past())], invalidClient('certificate_expired')),
      paths.attempt(
        'not yet valid',
        [await paths.leaf(paths.root, future())],
        invalidClient('certificate_not_yet_valid'),
      ),
      await paths.through('under an expired issuer', past(), ISSUER_INVALID),
      await paths.through('under an issuer not yet valid', future(), ISSUER_INVALID),
    ],
  },
  {
    id: 'CV-04',
    title: 'lets nobody issue who may not',
    source: 'CVE-2026-33896, CVE-2002-0862; RFC 5280 §4.2.1.3, §4.2.1.9',
    paths: async (paths) => {
      const inner = await paths.intermediate({ pathLength: 0 });
      const below = await paths.intermediate({}, inner);
      const another = authorityFrom(paths.world.reader.leaf);
      return [
        await paths.through('an authority', { pathLength: 0 }, ACCEPTED),
        paths.attempt('a leaf', [await paths.leaf(another), another], ISSUER_INVALID),
        await paths.through('no basicConstraints', { basicConstraints: 'absent' }, ISSUER_INVALID),
        await paths.through('cA FALSE', { basicConstraints: { ca: false } }, ISSUER_INVALID),
        await paths.through('no keyCertSign', { keyUsage: ['digitalSignature', 'cRLSign'] }, ISSUER_INVALID),
        paths.attempt('beyond pathLen', [await paths.leaf(below), below, inner], ISSUER_INVALID),
      ];
    },
  },
  {
    id: 'CV-06',
    title: 'refuses authorities that only bear the right names',
    source: 'CVE-2026-35616',
    paths: async (paths) => {
      const genuine = await paths.intermediate();
      const root = await makeRoot(`CN=${paths.world.victim.id} Root CA,O=${paths.world.victim.id}`);
      const forged = await paths.intermediate({ subject: genuine.subjectDer }, root);
      const leaf = await paths.leaf(forged);
      return [
        paths.attempt('genuine', [await paths.leaf(genuine), genuine], ACCEPTED),
        paths.attempt('the root forged', [await paths.leaf(root), root], ISSUER_UNKNOWN),
        paths.attempt(
          'the root forged, its original sent',
          [await paths.leaf(root), paths.root],
          ISSUER_UNKNOWN,
        ),
        paths.attempt('all forged', [leaf, forged, root], ISSUER_UNKNOWN),
        paths.attempt('the issuer forged, its original sent', [leaf, genuine, paths.root], ISSUER_UNKNOWN),
        paths.attempt('both sent', [leaf, forged, genuine, root, paths.root], ISSUER_UNKNOWN),
      ];
    },
  },
  {
    id: 'CV-07',
    title: 'refuses certificates and issuers for servers only',
    source: 'RFC 5280 §4.2.1.12',
    paths: async (paths) => {
      const leaf = async (name: string, usages: readonly string[] | undefined, expected: Expected) =>
        paths.attempt(name, [await paths.leaf(paths.root, { extendedKeyUsage: usages })], expected);
      const refused = invalidClient('client_auth_not_permitted');
      const server = { extendedKeyUsage: ['serverAuth'] };
      const serverOnly = await paths.intermediate(server);
      const below = await paths.intermediate({}, serverOnly);
      return [
        await leaf('clientAuth among others', ['serverAuth', 'clientAuth'], ACCEPTED),
        await leaf('serverAuth only', ['serverAuth'], refused),
        await leaf('another purpose', ['1.3.6.1.5.5.7.3.4'], refused),
        await paths.through('issuer for both', { extendedKeyUsage: ['serverAuth', 'clientAuth'] }, ACCEPTED),
        await paths.through('issuer for servers', server, ISSUER_INVALID),
        paths.attempt('its issuer for servers', [await paths.leaf(below), below, serverOnly], ISSUER_INVALID),
        ...(await exceptedServers(paths.world)),
      ];
    },
  },
  {
    id: 'CV-15',
    title: 'refuses names outside the constraints of the intermediate, whichever name counts for the client',
    source: 'RFC 5280 §4.2.1.10; CVE-2021-44532',
    paths: async (paths) => {
      const subtree = (tag: number, base: Uint8Array | string): Uint8Array =>
        encodeDer(TAG.sequence, encodeDer(tag, Uint8Array.from(Buffer.from(base))));
      const constraint = (list: number, tag: number, base: Uint8Array | string): RawExtension => ({
        oid: '2.5.29.30',
        critical: true,
        value: encodeDer(TAG.sequence, encodeDer(list, subtree(tag, base))),
      });
      const under = (name: string, extension: RawExtension, expected: Expected, san?: LeafOptions['san']) =>
        paths.through(name, { extensions: [extension] }, expected, { san });
      const PERMITTED = 0xa0;
      const EXCLUDED = 0xa1;
      const dns = constraint(PERMITTED, 0x82, 'partner.example');
      const uri = constraint(PERMITTED, 0x86, '.partner.example');
      const email = constraint(PERMITTED, 0x81, 'partner.example');
      const ip = constraint(PERMITTED, 0x87, Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0));
      const own = paths.world.named.leaf.subjectDer;
      return [
        await under('DNS name inside', dns, ACCEPTED, { dns: ['a.partner.example'] }),
        await under('DNS name outside', dns, PATH_INVALID, {
          dns: ['a.partner.example', 'partner.example.org'],
        }),
        await under(
          'DNS wildcard over an excluded name',
          constraint(EXCLUDED, 0x82, 'a.partner.example'),
          PATH_INVALID,
          {
            dns: ['*.partner.example'],
          },
        ),
        await under('directory name inside', constraint(PERMITTED, 0xa4, own), ACCEPTED),
        await under(
          'directory name outside',
          constraint(PERMITTED, 0xa4, paths.world.reader.leaf.subjectDer),
          PATH_INVALID,
        ),
        await under('directory name excluded', constraint(EXCLUDED, 0xa4, own), PATH_INVALID),
        await under('mailbox inside', email, ACCEPTED, { email: ['orders@partner.example'] }),
        await under('mailbox outside', email, PATH_INVALID, { email: ['orders@other.example'] }),
        await under('address inside', ip, ACCEPTED, { ip: ['192.0.2.7'] }),
        await under('address outside', ip, PATH_INVALID, { ip: ['192.0.3.7'] }),
        await under('mapped address', ip, PATH_INVALID, { ip: ['::ffff:c000:207'] }),
        await under('URI inside', uri, ACCEPTED, { uri: ['https://a.partner.example/'] }),
        await under('URI outside', uri, PATH_INVALID, { uri: ['https://evil.example/#.partner.example'] }),
        await under('DNS name inside a URI', uri, PATH_INVALID, {
          uri: ['http://x/, DNS:a.partner.example'],
        }),
      ];
    },
  },
  {
    id: 'CV-40',
    title: 'finds a path in any bag, and does not get lost in any',
    source: 'x509-limbo pathological; CVE-2024-0567, CVE-2023-0464; RFC 4158 §2.4',
    paths: async (paths) => [...(await honestBags(paths)), ...(await mazes(paths))],
  },
];

/** Where the trust anchor says so, a certificate for servers only counts: under it, with the registered name. */
async function exceptedServers(world: AttackWorld): Promise<readonly Attempt[]> {
  const until = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
  const { root, issuing, sibling, subject, attempt } = await companyWith(world, ({ pem }) => pem, {
    server_auth_until: until,
  });
  const server = (issuer: Authority, named = subject, usage = 'serverAuth'): Promise<IssuedCertificate> =>
    issuer.issue({ subject: named, extendedKeyUsage: [usage], ...validNow() });
  const refused = invalidClient('client_auth_not_permitted');
  return [
    attempt('excepted: serverAuth only', [await server(issuing)], ACCEPTED),
    attempt('excepted: clientAuth', [await issueClient(issuing, subject)], ACCEPTED),
    attempt('excepted: another purpose', [await server(issuing, subject, '1.3.6.1.5.5.7.3.4')], refused),
    attempt('excepted: another name', [await server(issuing, 'CN=somebody')], refused),
    attempt('excepted: its sibling', [await server(sibling), sibling, root], refused),
    attempt('excepted: their root', [await server(root), root], refused),
  ];
}

/** What servers of partners send: in any order, with the root, with cross-certificates. */
async function honestBags(paths: ClientPaths): Promise<readonly Attempt[]> {
  const upper = await paths.intermediate();
  const lower = await paths.intermediate({}, upper);
  const stranger = await makeRoot(`CN=${uniqueName('stranger')}`);
  const crossed = await paths.intermediate({ subject: lower.subjectDer, keys: lower.keys }, stranger);
  const leaf = await paths.leaf(lower);
  return [
    paths.attempt('in order', [leaf, lower, upper], ACCEPTED),
    paths.attempt('root and intermediates swapped', [leaf, paths.root, upper, lower], ACCEPTED),
    paths.attempt('the leaf and others twice', [leaf, leaf, lower, lower, upper, leaf], ACCEPTED),
    paths.attempt('cross-certificate first', [leaf, crossed, stranger, lower, upper], ACCEPTED),
    paths.attempt('cross-certificate last', [leaf, lower, upper, crossed, stranger], ACCEPTED),
    paths.attempt('cross-certificate alone', [leaf, crossed, stranger], ISSUER_UNKNOWN),
    paths.attempt('a link missing', [leaf, lower, paths.root], ISSUER_UNKNOWN),
  ];
}

/** Bags that lead in circles, or that are endless. */
async function mazes(paths: ClientPaths): Promise<readonly Attempt[]> {
  const [a, b] = [await makeRoot(`CN=${uniqueName('a')}`), await makeRoot(`CN=${uniqueName('b')}`)];
  const circle = [
    await paths.intermediate({ subject: a.subjectDer, keys: a.keys }, b),
    await paths.intermediate({ subject: b.subjectDer, keys: b.keys }, a),
  ];
  const wayOut = await paths.intermediate({ subject: b.subjectDer, keys: b.keys });
  const { keys } = a;
  const crowd = (subject: (index: number) => Uint8Array | string): Promise<Authority[]> =>
    Promise.all(
      Array.from({ length: 100 }, (_none, at) => paths.intermediate({ subject: subject(at), keys }, a)),
    );
  const leaf = await paths.leaf(a);
  const fast = { ...TOO_COMPLEX, withinMs: 100 };
  return [
    paths.attempt('a circle', [leaf, ...circle], ISSUER_UNKNOWN),
    paths.attempt('a circle with a way out', [leaf, ...circle, wayOut], ACCEPTED),
    paths.attempt('100 authorities of one name', [leaf, ...(await crowd(() => a.subjectDer))], fast),
    paths.attempt(
      '100 authorities with the name of the anchor',
      [leaf, ...(await crowd(() => paths.root.subjectDer))],
      fast,
    ),
    paths.attempt('100 authorities', [leaf, ...(await crowd((at) => `CN=crowd ${at}`))], fast),
  ];
}

/** §3.2 of the catalogue: is there a path to an anchor of this partner (RFC 5280 §6.1)? */
export const CERTIFICATE_PATHS: readonly AttackCase[] = [
  ...CASES.map(({ paths, ...text }) => ({
    ...text,
    attempts: (world: AttackWorld) => paths(new ClientPaths(world)),
  })),
  {
    id: 'CV-03',
    title:
      'trusts the anchors of the client and nothing else: no store of the system, no sibling, no root above',
    source: 'RFC 8705 §7.4; uds-core#503',
    attempts: async (world) => [
      ...(await systemStore(new ClientPaths(world))),
      ...(await pinnedIntermediate(world)),
      ...(await storedIntermediate(world)),
    ],
  },
];

/** A token service that runs where the attacker's root stands in every store that Node and OpenSSL know. */
async function systemStore(paths: ClientPaths): Promise<readonly Attempt[]> {
  const { world } = paths;
  const { root } = world.attacker;
  const store = join(newDirectory('system-store'), 'ca.pem');
  writeFileSync(store, root.pem);
  const to = await world.run(
    await beside(world.stack, 'token-service', {
      AUDIT_SPOOL_DIR: '',
      NODE_EXTRA_CA_CERTS: store,
      SSL_CERT_FILE: store,
      NODE_OPTIONS: '--use-system-ca',
    }),
  );
  const leaf = await paths.leaf(root);
  return [
    paths.attempt('beside a system store: its own', [world.named.leaf], ACCEPTED),
    paths.attempt('in the system store', [leaf], ISSUER_UNKNOWN),
    paths.attempt('in the system store, and sent', [leaf, root], ISSUER_UNKNOWN),
  ].map((attempt) => ({ ...attempt, to }));
}

/** The anchor is an issuing authority: neither its sibling nor their common root vouches for anybody. */
async function pinnedIntermediate(world: AttackWorld): Promise<readonly Attempt[]> {
  const { root, issuing, sibling, subject, attempt } = await companyWith(world, (issuer) => issuer.pem);
  const leaf = await issueClient(sibling, subject);
  return [
    attempt('the pinned authority', [await issueClient(issuing, subject), issuing, root], ACCEPTED),
    attempt('its sibling', [leaf, sibling], ISSUER_UNKNOWN),
    attempt('its sibling with everything', [leaf, sibling, root, issuing], ISSUER_UNKNOWN),
    attempt('their root', [await issueClient(root, subject), root], ISSUER_UNKNOWN),
  ];
}

/** The anchor is a root, stored with one issuing authority, for clients that send their leaf only. */
async function storedIntermediate(world: AttackWorld): Promise<readonly Attempt[]> {
  const { issuing, sibling, subject, attempt } = await companyWith(
    world,
    (issuer, root) => issuer.pem + root.pem,
  );
  const leaf = await issueClient(sibling, subject);
  return [
    attempt('leaf only, issuer stored', [await issueClient(issuing, subject)], ACCEPTED),
    attempt('leaf only, issuer not stored', [leaf], ISSUER_UNKNOWN),
    attempt('issuer not stored, but sent', [leaf, sibling], ACCEPTED),
  ];
}

const issueClient = (issuer: Authority, subject: string): Promise<IssuedCertificate> =>
  issuer.issue({ subject, extendedKeyUsage: ['clientAuth'], ...validNow() });

/** A partner with two issuing authorities under one root, of which `anchorOf` is registered, and a client of the first. */
async function companyWith(
  world: AttackWorld,
  anchorOf: (issuing: Authority, root: Authority) => string,
  more: Readonly<Record<string, unknown>> = {},
) {
  const { operator } = world;
  const partner = await registerPartner(operator, 'company');
  world.onClose(() => operator.post(`partners/${partner.id}/suspend`));
  const root = await makeRoot(`CN=${partner.id} Company Root`);
  const [issuing, sibling] = [
    await root.issueAuthority({ subject: `CN=${partner.id} One`, ...validNow() }),
    await root.issueAuthority({ subject: `CN=${partner.id} Two`, ...validNow() }),
  ];
  const anchor = `${partner.id}-issuing`;
  await operator.post('anchors', {
    id: anchor,
    partner: partner.id,
    certificate: anchorOf(issuing, root),
    revocation: 'off',
    ...more,
  });
  const clientId = uniqueName('company');
  const subject = `CN=${clientId}`;
  await registerClient(
    operator,
    { ...partner, anchor },
    {
      clientId,
      identity: { tls_client_auth_subject_dn: subject },
      leaf: await issueClient(issuing, subject),
    },
  );
  const attempt = (
    name: string,
    [leaf, ...issuers]: readonly [IssuedCertificate, ...IssuedCertificate[]],
    expected: Expected,
  ): Attempt => tokenAttempt(world, name, toIdentity(leaf, ...issuers), credentialsForm(clientId), expected);
  return { root, issuing, sibling, subject, attempt };
}
