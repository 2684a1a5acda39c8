import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Failure } from './failure.js';
import { printable } from './output.js';

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
      throw connectionFailure(error as NodeJS.ErrnoException, url, this.trust);
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
function connectionFailure(error: NodeJS.ErrnoException, url: URL, trust: TlsTrust): Failure {
  const server = url.host;
  // OpenSSL's reason stands in the message only: "…:SSL routines:tls_validate_record_header:wrong version number:…".
  const sslReason = /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  const explain = EXPLANATIONS[sslReason ?? error.code ?? ''];
  if (explain !== undefined) return new Failure('connection', ...explain(server, trust.origin));
  const why = printable(sslReason ?? error.message);
  return new Failure('connection', `The connection to ${server} failed: ${why}.`);
}

type Explanation = (server: string, trustOrigin: string) => [message: string, lines: string[]];

const refused: Explanation = (server) => [
  `Nothing listens at ${server}.`,
  [
    'Is the server running? A local stack starts with: npm start',
    'Another server is named with --api, --token-endpoint or the URL.',
  ],
];
const unknownHost: Explanation = (server) => [
  `The host name of ${server} is not known.`,
  ['Check the spelling, and the network.'],
];
const unreachable: Explanation = (server) => [
  `${server} cannot be reached.`,
  ['Is the server running, and is the network between here and there in order?'],
];
const untrusted: Explanation = (server, origin) => [
  `The certificate of ${server} does not come from an authority in ${origin}.`,
  ["Name the file with that server's CA with --cacert or HOLDFAST_CA."],
];
const closed: Explanation = (server) => [
  `${server} closed the connection without an answer.`,
  [
    'Is it the right port? A server that is stopping, or that knows no anchor for this certificate, does this.',
  ],
];
const notTls: Explanation = (server) => [`${server} does not speak TLS.`, ['Is it the right port?']];

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: (server) => [
    `${server} gives no answer in time.`,
    ['Is it overloaded, or does a firewall drop the packets?'],
  ],
  ECONNRESET: closed,
  EPIPE: closed,
  'wrong version number': notTls,
  'packet length too long': notTls,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: (server) => [
    `The certificate of ${server}, or one above it, has expired.`,
    ['Its owner has to renew it; a local stack does so at its next: npm start', 'Check the clock here, too.'],
  ],
  CERT_NOT_YET_VALID: (server) => [
    `The certificate of ${server} is not valid yet.`,
    ['Check the clocks here and there.'],
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: (server) => [
    `The certificate of ${server} is for another name.`,
    ['Call the server by a name that its certificate has.'],
  ],
};
