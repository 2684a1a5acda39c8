import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline, Transform } from 'node:stream';
import type { SecureFetch, VerifierPorts } from '@holdfast/cnf-token-verification';

/** PEM, for connections of this API to its issuers. */
export interface IssuerTls {
  /** Whom to trust as an issuer's authority; Node's public ones if absent. */
  readonly ca?: string | Buffer;
  /** This API's own client certificate and key, for introspection (RFC 8705 §2). */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

const TIMEOUT_MS = 3_000;
const LARGEST_ANSWER = 256 * 1_024;
/** Node's own default, spelled out because the bound matters. */
const LARGEST_HEADER = 16 * 1_024;

/** The outside world for a verifier: https with `tls`, and files. */
export function systemPorts(tls: IssuerTls = {}): VerifierPorts {
  return { fetch: fetchOver(issuerAgent(tls)), readFile: (path) => readFile(path, 'utf8') };
}

/**
 * Connections to issuers. Whom they trust is said here alone: neither NODE_TLS_REJECT_UNAUTHORIZED nor a proxy of the
 * environment changes it.
 */
export function issuerAgent(tls: IssuerTls): Agent {
  return new Agent({ ...tls, keepAlive: true, minVersion: 'TLSv1.2', rejectUnauthorized: true });
}

/**
 * https only, no redirects (`node:https` follows none), three seconds from the question to the end of the answer, 256 KiB
 * of body and 16 KiB of headers at most, and nothing decompressed: an encoded answer, which was not asked for, is an error.
 * Does NOT judge the address: whoever configures it chooses it, one of an internal network included.
 */
export function fetchOver(agent: Agent): SecureFetch {
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method,
        headers: { 'accept-encoding': 'identity', ...headers },
        agent,
        maxHeaderSize: LARGEST_HEADER,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      };
      const call = request(url, options, (response) => {
        bodyOf(response).then(
          (octets) =>
            resolve({
              status: response.statusCode ?? 0,
              json: async () => JSON.parse(octets.toString('utf8')),
            }),
          reject,
        );
      });
      call.once('error', reject);
      call.end(body);
    });
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity' } = response.headers;
  if (encoding.toLowerCase() !== 'identity') {
    response.destroy();
    throw new Error(`the answer is encoded, which was not asked for: ${encoding.slice(0, 40)}`);
  }
  return buffer(pipeline(response, atMost(LARGEST_ANSWER), () => undefined));
}

function atMost(limit: number): Transform {
  let octets = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      octets += chunk.length;
      if (octets > limit) done(new Error(`the answer is longer than ${limit} octets`));
      else done(null, chunk);
    },
  });
}
