import { createHash, X509Certificate } from 'node:crypto';
import type { Command } from 'commander';
import { collect, withExamples } from './arguments.js';
import { requireHttps } from './connection.js';
import { Failure } from './failure.js';
import { FORGED_HEADERS, forgedValues } from './forged-headers.js';
import { HttpsClient } from './https-client.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

interface ConnectTestOptions {
  readonly proxy?: true;
  readonly header?: readonly string[];
}

/** What one check came to. */
interface Finding {
  readonly check: string;
  readonly found: string;
  readonly ok: boolean;
}

/** What `GET /diagnostics/mtls` says, as much of it as is needed. */
interface Seen {
  readonly thumbprint: string | null;
  readonly via: string;
}

const COLUMNS: readonly Column<Finding>[] = [
  ['', ({ ok }) => (ok ? 'ok' : 'FAILED')],
  ['CHECKED', ({ check }) => check],
  ['FOUND', ({ found }) => found],
];

/** `holdfast connect test`. */
export function addConnectCommands(program: Command, session: Session): void {
  const connect = program.command('connect').description('try out how requests reach the servers');
  const command = connect
    .command('test')
    .description(
      'which certificate arrives; with --proxy, whether one in a forged header gets through: exit 2 when it does',
    )
    .argument('[url]', 'an address that partners call; the token endpoint when left out')
    .option('--proxy', 'send forged headers, as a client could that a proxy does not stop')
    .option('--header <name>', 'a header that the proxy sets, beside the well-known ones', collect)
    .action((target: string | undefined, options: ConnectTestOptions) =>
      session.asPartner(async (http, { identity, trust, tokenEndpoint }, out) => {
        const origin = target === undefined ? tokenEndpoint : requireHttps(target, 'URL');
        const anonymous = new HttpsClient(undefined, trust);
        try {
          const own = new X509Certificate(identity.certificate).raw;
          const test = new ConnectTest(new URL('/diagnostics/mtls', origin), http, anonymous, own);
          const names = [...new Set([...FORGED_HEADERS, ...(options.header ?? [])])];
          const findings = [...(await test.control()), ...(options.proxy ? await test.forge(names) : [])];
          out.list(findings, COLUMNS, 'checks');
          if (findings.some(({ ok }) => !ok)) throw new Failure('findings', `${origin.host} does not hold.`);
        } finally {
          anonymous.close();
        }
      }),
    );
  withExamples(
    command,
    'connect test --client-id acme-orders --cert acme.pem --key acme.key',
    'connect test https://api.example.com --proxy --header X-Client-Cert --client-id acme-orders --cert acme.pem --key acme.key',
  );
}

/** The checks against one address, with a certificate and without. */
class ConnectTest {
  private readonly ownThumbprint: string;
  private readonly forged: Uint8Array;

  constructor(
    private readonly url: URL,
    private readonly own: HttpsClient,
    private readonly anonymous: HttpsClient,
    ownDer: Uint8Array,
  ) {
    this.ownThumbprint = thumbprintOf(ownDer);
    // Well-formed, and nobody's: the signature is wrong.
    this.forged = Uint8Array.from(ownDer);
    this.forged[this.forged.length - 1]! ^= 1;
  }

  /** Without a right answer to plain requests, nothing would follow from the others. */
  async control(): Promise<readonly Finding[]> {
    const own = await this.ask(this.own, {});
    const none = await this.ask(this.anonymous, {});
    return [
      {
        check: 'your certificate arrives',
        found: own.thumbprint === null ? 'no certificate' : `${own.thumbprint} by ${own.via}`,
        ok: own.thumbprint === this.ownThumbprint,
      },
      {
        check: 'no certificate is no certificate',
        found: none.thumbprint ?? 'no certificate',
        ok: none.thumbprint === null,
      },
    ];
  }

  /** Each header in the form of every format: alone, beside the own certificate, and named as hop-by-hop (RFC 9110 §7.6.1). */
  async forge(names: readonly string[]): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const name of names) {
      const taken = new Set<string>();
      for (const value of forgedValues(this.forged)) {
        for (const headers of [{ [name]: value }, { [name]: value, connection: `keep-alive, ${name}` }]) {
          for (const client of [this.own, this.anonymous]) {
            const { thumbprint } = await this.ask(client, headers);
            const expected = client === this.own ? [this.ownThumbprint, null] : [null];
            if (!expected.includes(thumbprint)) taken.add(client === this.own ? 'beside your own' : 'alone');
          }
        }
      }
      findings.push({
        check: `a forged ${name} is not taken`,
        found: taken.size === 0 ? 'not taken' : `TAKEN ${[...taken].join(' and ')}`,
        ok: taken.size === 0,
      });
    }
    return findings;
  }

  /** A refused request shows no certificate either: what a client broke by itself is safe. */
  private async ask(client: HttpsClient, headers: Readonly<Record<string, string>>): Promise<Seen> {
    const { status, body } = await client.send({ method: 'GET', url: this.url, headers });
    if (status === 400 || status === 431) return { thumbprint: null, via: 'refused' };
    if (status !== 200) throw new Failure('error', `${this.url.href} answers ${status}.`);
    const { presented, via, ...rest } = parseAnswer(body, this.url);
    return { thumbprint: presented === true ? String(rest['x5t#S256']) : null, via: String(via) };
  }
}

function parseAnswer(body: Buffer, url: URL): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Failure('error', `${url.href} does not answer as Holdfast does.`);
  }
}

function thumbprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('base64url');
}
