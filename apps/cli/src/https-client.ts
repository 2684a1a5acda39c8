import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { createSecureContext, type SecureContext } from 'node:tls';
import { explainConnectionFailure, type ConnectionFailureCode } from '@holdfast/partner-client';
import { Failure } from './failure.js';

/** What a client proves itself with: PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Whom a client trusts. Without certificates: the authorities that Node brings along. */
export interface TlsTrust {
  readonly certificates: string | undefined;
  /** Where they come from, for people. */
  readonly origin: string;
}

export interface HttpsRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer with any status. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const TIMEOUT_MS = 30_000;

/** Mutual TLS with one certificate, or TLS without any, on connections that are kept until `close`. Follows no redirect. */
export class HttpsClient {
  readonly #agent: Agent;

  constructor(
    identity: TlsIdentity | undefined,
    private readonly trust: TlsTrust,
  ) {
    this.#agent = new Agent({ keepAlive: true, secureContext: secureContext(identity, trust) });
  }

  /** The answer, whatever its status. Throws a Failure when there is none. */
  async send({ method, url, headers, body }: HttpsRequest): Promise<HttpsAnswer> {
    try {
      return await new Promise<HttpsAnswer>((resolve, reject) => {
        const outgoing = request(url, { method, agent: this.#agent, timeout: TIMEOUT_MS, headers });
        outgoing.once('timeout', () => outgoing.destroy(timedOut()));
        outgoing.once('error', reject);
        outgoing.once('response', (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(chunks),
            }),
          );
        });
        outgoing.end(body);
      });
    } catch (error) {
      throw connectionFailure(error as Error, url, this.trust);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

function secureContext(identity: TlsIdentity | undefined, { certificates }: TlsTrust): SecureContext {
  try {
    return createSecureContext({
      cert: identity?.certificate,
      key: identity?.privateKey,
      ca: certificates,
      minVersion: 'TLSv1.2',
    });
  } catch (error) {
    throw new Failure('connection', `The certificate cannot be used for TLS: ${(error as Error).message}.`);
  }
}

const timedOut = (): Error => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });

/** Why there is no answer, and what to do about it. */
function connectionFailure(error: Error, { host }: URL, trust: TlsTrust): Failure {
  const { code, message } = explainConnectionFailure(error, host, trust.origin);
  return new Failure('connection', message, ADVICE[code]);
}

/** In the terms of this tool: its options and the local stack. */
const ADVICE: Readonly<Record<ConnectionFailureCode, readonly string[]>> = {
  connection_refused: [
    'Is the server running? A local stack starts with: npm start',
    'Another server is named with --api, --token-endpoint or the URL.',
  ],
  host_unknown: ['Check the spelling, and the network.'],
  unreachable: ['Is the server running, and is the network between here and there in order?'],
  timed_out: ['Is it overloaded, or does a firewall drop the packets?'],
  connection_closed: [
    'Is it the right port? A server that is stopping, or that knows no anchor for this certificate, does this.',
  ],
  not_tls: ['Is it the right port?'],
  tls_version_refused: ['Both sides need TLS 1.2 or later.'],
  server_untrusted: ["Name the file with that server's CA with --cacert or HOLDFAST_CA."],
  server_certificate_expired: [
    'Its owner has to renew it; a local stack does so at its next: npm start',
    'Check the clock here, too.',
  ],
  server_certificate_not_yet_valid: ['Check the clocks here and there.'],
  server_name_wrong: ['Call the server by a name that its certificate has.'],
  client_certificate_asked_for: ['Are --cert and --key those for this server?'],
  client_certificate_refused: ['What is wrong with it says: holdfast cert lint'],
  unknown: [],
};
