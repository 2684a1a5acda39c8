import { setTimeout as delay } from 'node:timers/promises';
import { crlDistributionPoint } from '@holdfast/test-pki';
import { CrlServer } from '../../harness/crl-server.js';
import { query } from '../../harness/database.js';
import { makeRoot, toIdentity, validNow } from '../../harness/identity.js';
import { registerNamedClient, registerPartner, type RegisteredPartner } from '../../harness/partners.js';
import { requestToken, type PartnerClient } from '../../harness/token-endpoint.js';
import type { AttackCase } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { notRefusedLiterals } from './key-set-addresses.js';

/** By when the jobs have tried what was noted: they look every two seconds. */
const TRIED_WITHIN_MS = 10_000;
const REFUSED_ADDRESS = /^(?:address_not_public|port_not_allowed|host_not_allowed|url_malformed):/;

interface Source {
  readonly url: string;
  readonly last_error: string | null;
}

/** §3.7 of the catalogue: addresses that a certificate makes us fetch. */
export const OUTBOUND_FETCHES: readonly AttackCase[] = [
  {
    id: 'SS-02',
    title:
      'connects to no address on this machine or in a private network that a valid certificate names, and saves none',
    source: 'OWASP API7; CVE-2026-1180 (Keycloak)',
    check: (world) =>
      withPartner(world, async ({ partner, client, subject }, sink) => {
        const urls = forbiddenUrls(sink, world);
        for (const url of urls) await present(world, client, await issue(partner, subject, url));
        const tried = await untilTried(world, partner, urls.length);
        return [
          ...tried
            .filter(({ last_error: error }) => !REFUSED_ADDRESS.test(error ?? ''))
            .map(({ url, last_error: error }) => `${url}: ${error ?? 'not refused'}`),
          ...(await notRefusedLiterals(world)),
          ...connectionsTo(sink),
        ];
      }),
  },
  {
    id: 'SS-13',
    title: 'takes no address from a certificate that leads to no anchor',
    source: 'RFC 8705 §7.5; RFC 5280 §8',
    check: (world) =>
      withPartner(world, async ({ partner, client, subject }, sink) => {
        const forger = { ...partner, root: await makeRoot(`CN=${partner.id} Root CA,O=${partner.id}`) };
        await present(world, client, await issue(forger, subject, `http://${sink.host}/forged.crl`));
        // With a valid one after it, so that it is known when the jobs have looked.
        await present(world, client, await issue(partner, subject, 'http://127.0.0.1/control.crl'));
        const tried = await untilTried(world, partner, 1);
        return [
          ...tried.filter(({ url }) => url.includes('forged')).map(({ url }) => `${url} was noted`),
          ...connectionsTo(sink),
        ];
      }),
  },
];

/** A partner under whose anchor revocation is asked for, a client of it, and a server that nobody may connect to. */
async function withPartner(
  world: AttackWorld,
  attack: (
    subject: { partner: RegisteredPartner; client: PartnerClient; subject: string },
    sink: CrlServer,
  ) => Promise<string[]>,
): Promise<string[]> {
  const partner = await registerPartner(world.operator, 'fetching', 'soft');
  world.onClose(() => world.operator.post(`partners/${partner.id}/suspend`));
  const client = await registerNamedClient(world.operator, partner);
  const sink = await CrlServer.listen();
  try {
    return await attack({ partner, client, subject: client.subject }, sink);
  } finally {
    await sink.stop();
  }
}

function forbiddenUrls({ host }: CrlServer, { stack }: AttackWorld): string[] {
  const port = host.split(':')[1]!;
  return [
    `http://${host}/`,
    `http://localhost:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://127.0.0.1:${stack.ports.adminManagement}/metrics`,
    `http://127.0.0.1:${stack.ports.postgres}/`,
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://localhost/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
  ];
}

const issue = async ({ root }: RegisteredPartner, subject: string, url: string) =>
  toIdentity(
    await root.issue({
      subject,
      extendedKeyUsage: ['clientAuth'],
      extensions: [crlDistributionPoint(url)],
      ...validNow(),
    }),
  );

const present = async (
  { stack }: AttackWorld,
  client: PartnerClient,
  identity: PartnerClient['identity'],
): Promise<void> => void (await requestToken(stack, { ...client, identity }));

const connectionsTo = ({ connections }: CrlServer): string[] =>
  connections === 0 ? [] : [`${connections} connections were made`];

/** The sources of the partner's anchor when so many of them have been tried. Throws when they are not in time. */
async function untilTried(
  { stack }: AttackWorld,
  { anchor }: RegisteredPartner,
  count: number,
): Promise<readonly Source[]> {
  const deadline = performance.now() + TRIED_WITHIN_MS;
  for (;;) {
    const tried = await query<Source>(
      stack,
      'SELECT url, last_error FROM revocation_source WHERE anchor_id = $1 AND last_attempt IS NOT NULL',
      [anchor],
    );
    if (tried.length >= count) return tried;
    if (performance.now() > deadline) throw new Error(`${tried.length} of ${count} sources were tried`);
    await delay(100);
  }
}
