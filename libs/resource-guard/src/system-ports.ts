import { readFile } from 'node:fs/promises';
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

/** The outside world for a verifier: https with `tls`, and files. */
export function systemPorts(tls: IssuerTls = {}): VerifierPorts {
  const agent = new Agent({ ...tls, keepAlive: true, minVersion: 'TLSv1.2' });
  return { fetch: fetchOver(agent), readFile: (path) => readFile(path, 'utf8') };
}

/** No redirects (`node:https` follows none), three seconds in all, 256 KiB at most, and https only. */
export function fetchOver(agent: Agent): SecureFetch {
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = { method, headers, agent, signal: AbortSignal.timeout(TIMEOUT_MS) };
      const call = request(url, options, (response) => {
        buffer(pipeline(response, atMost(LARGEST_ANSWER), () => undefined)).then(
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
