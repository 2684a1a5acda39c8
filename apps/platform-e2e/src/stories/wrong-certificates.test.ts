import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from '@holdfast/stack';
import type { Authority, LeafOptions } from '@holdfast/test-pki';
import { AppProcess } from '../harness/app-process.js';
import { behindProxies, beside } from '../harness/beside.js';
import {
  issueLeaf,
  makeRoot,
  makeSelfSigned,
  thumbprintOf,
  toIdentity,
  uniqueName,
  validNow,
} from '../harness/identity.js';
import { Operator } from '../harness/operator.js';
import {
  registerClient,
  registerNamedClient,
  registerPartner,
  type NamedClient,
  type RegisteredPartner,
} from '../harness/partners.js';
import { newDirectory } from '../harness/run-directory.js';
import { refusedSoon, uploadCrl } from '../harness/revocation.js';
import { sharedStack } from '../harness/stack-under-test.js';
import { credentialsForm, requestToken, tokenRequest, toTokenEndpoint } from '../harness/token-endpoint.js';
import { exchange, type Identity, type WireAnswer } from '../harness/wire.js';

/** What each wrong certificate says to a partner and to an operator: made here, compared with the page in the docs. */
const PAGE = join(workspaceRoot, 'docs', 'protocol', 'wrong-certificates.md');
const HOUR_MS = 3_600_000;
/** Refusals of strangers are counted every five seconds. */
const COUNTED_WITHIN_MS = 8_000;

/** OpenSSL would not even send some of these. */
const ANYTHING = { ciphers: 'DEFAULT:@SECLEVEL=0' };

const stack = sharedStack();
const operator = new Operator(stack);

interface Row {
  readonly sent: string;
  readonly partner: string;
  readonly operator: string;
}

describe('a partner who presents the wrong certificate', () => {
  let partner: RegisteredPartner;
  let client: NamedClient;
  let issuing: Authority;
  let rows: Row[];

  const leaf = async (
    change: Partial<LeafOptions> = {},
    issuer: Authority = partner.root,
  ): Promise<Identity> =>
    toIdentity(
      await issuer.issue({
        subject: client.subject,
        extendedKeyUsage: ['clientAuth'],
        ...validNow(),
        ...change,
      }),
    );
  const ago = (hours: number): Date => new Date(Date.now() - hours * HOUR_MS);

  /** The eleven that arrive in a handshake. */
  const wrong = async (): Promise<readonly (readonly [sent: string, identity: Identity | undefined])[]> => {
    const stranger = await makeRoot(`CN=${uniqueName('stranger')}`);
    const other = await registerPartner(operator, 'other');
    const revoked = await issueLeaf(partner.root, client.subject);
    await uploadCrl(operator, partner, [revoked], { made: -2, ends: 1 });
    await refusedSoon(operator, { ...client, identity: toIdentity(revoked) });
    return [
      ['none', undefined],
      ['expired', await leaf({ notBefore: ago(3), notAfter: ago(2) })],
      ['not yet valid', await leaf({ notBefore: ago(-2), notAfter: ago(-3) })],
      ['for servers only', await leaf({ extendedKeyUsage: ['serverAuth'] })],
      ['RSA with 1024 bits', await leaf({ keyAlgorithm: 'RSA-1024' })],
      ['signed with SHA-1', await leaf({ signatureHash: 'SHA-1' })],
      ['of a wrong authority', await leaf({}, stranger)],
      ['of the right authority, with a wrong name', await leaf({ subject: 'CN=somebody-else' })],
      ['with its intermediate missing', await leaf({}, issuing)],
      ['revoked', toIdentity(revoked)],
      ["another partner's", (await registerNamedClient(operator, other)).identity],
    ];
  };

  /** The twelfth: a proxy forwards what is no certificate. */
  const garbage = async (): Promise<Row> => {
    const directory = newDirectory('garbage');
    const proxy = await makeSelfSigned('CN=proxy');
    const file = join(directory, 'proxies.yaml');
    writeFileSync(file, proxiesFile(thumbprintOf(proxy)));
    const one = behindProxies(await beside(stack, 'token-service'), file);
    const app = await AppProcess.start(one.application, directory);
    try {
      const dial = {
        ...toTokenEndpoint(stack, toIdentity(proxy)),
        url: `https://localhost:${one.proxyPort}`,
      };
      const { headers = [], ...request } = tokenRequest(credentialsForm(client.clientId));
      const forwarded = [...headers, ['Client-Cert', ':Z2FyYmFnZQ==:'] as const];
      return await toRow('a header that is none', await exchange(dial, { ...request, headers: forwarded }));
    } finally {
      await app.stop();
    }
  };

  const rowOf = async (sent: string, identity: Identity | undefined): Promise<Row> =>
    toRow(
      sent,
      await exchange(
        { ...toTokenEndpoint(stack, identity), tls: ANYTHING },
        tokenRequest(credentialsForm(client.clientId)),
      ),
    );

  const toRow = async (sent: string, { status, json }: WireAnswer): Promise<Row> => {
    const requestId = String(json['request_id']);
    return {
      sent,
      partner: `${status} \`${String(json['error'])}\`: ${String(json['error_description'])}`,
      operator: await reasonOf(requestId),
    };
  };

  beforeAll(async () => {
    partner = await registerPartner(operator, 'wrong', 'soft');
    await uploadCrl(operator, partner, [], { made: -3, ends: 1 });
    client = await registerNamedClient(operator, partner);
    issuing = await partner.root.issueAuthority({ subject: `CN=${uniqueName('issuing')}`, ...validNow() });
    const cases = await wrong();
    rows = await Promise.all([...cases.map(([sent, identity]) => rowOf(sent, identity)), garbage()]);
  }, 60_000);

  it('learns what may be told, and the operator all of it: as the page in the docs says', () => {
    const table = toTable(rows);
    if (process.env['HOLDFAST_WRITE_PAGES'] === '1')
      writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), table));
    expect(tableIn(readFileSync(PAGE, 'utf8'))).toEqual(cellsOf(table));
  });

  it('gets one and the same answer for whatever depends on the registry (RFC 6749 §5.2)', () => {
    const bland = rows.filter(({ partner: told }) => told.includes('client authentication failed'));
    expect(bland.map(({ sent }) => sent)).toEqual([
      'of a wrong authority',
      'of the right authority, with a wrong name',
      'with its intermediate missing',
      'revoked',
      "another partner's",
    ]);
    expect(new Set(bland.map(({ partner: told }) => told)).size).toBe(1);
  });

  it('is served with the right one: without that, refusals prove nothing', async () => {
    expect(await requestToken(stack, client)).toMatchObject({ status: 200 });
    const pinned = await registerClient(operator, partner, {
      clientId: uniqueName('again'),
      identity: { tls_client_auth_san_dns: 'again.example' },
      leaf: await partner.root.issue({
        subject: 'CN=again',
        san: { dns: ['again.example'] },
        extendedKeyUsage: ['clientAuth'],
        ...validNow(),
      }),
    });
    expect(await requestToken(stack, pinned)).toMatchObject({ status: 200 });
  });
});

const proxiesFile = (thumbprint: string): string => `proxies:
  - name: edge
    addresses: [127.0.0.1]
    certificate:
      thumbprints: [${thumbprint}]
    format: rfc9440
    certificateHeader: Client-Cert
    proxyValidates: false
`;

/** What `holdfast audit show <request-id>` reads: reason, and the fault with its depth. */
async function reasonOf(requestId: string): Promise<string> {
  const deadline = performance.now() + COUNTED_WITHIN_MS;
  for (;;) {
    const { items } = await operator.get(`audit/requests/${requestId}`).catch(() => ({ items: [] }));
    const [entry] = items as { reason: string; detail: { fault?: string; depth?: number } }[];
    if (entry !== undefined) {
      const { fault, depth } = entry.detail;
      const where = depth === undefined ? '' : `, depth ${depth}`;
      return `\`${entry.reason}\`${fault === undefined ? '' : ` (\`${fault}\`${where})`}`;
    }
    if (performance.now() > deadline) throw new Error(`nothing is known about ${requestId}`);
    await delay(250);
  }
}

function toTable(rows: readonly Row[]): string {
  const lines = rows.map(({ sent, partner, operator: known }) => `| ${sent} | ${partner} | ${known} |`);
  return [
    '| the certificate is | the partner reads | the operator reads |',
    '| --- | --- | --- |',
    ...lines,
  ].join('\n');
}

const TABLE = /^\|[^]*\|$/m;

const withTable = (page: string, table: string): string => page.replace(TABLE, () => table);

const tableIn = (page: string): string[][] => cellsOf(TABLE.exec(page)?.[0] ?? '');

/** Rows without the one of dashes, cells without the blanks that align them. */
function cellsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => !/^\|[ -]+\|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}
