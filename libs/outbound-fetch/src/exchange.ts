import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Refused } from './refusal.js';
import type { HostAddress } from './resolve-host.js';

/** One request, when everything about its address is decided. */
export interface Exchange {
  readonly url: URL;
  /** The only addresses that are connected to. */
  readonly addresses: readonly HostAddress[];
  readonly maxBytes: number;
  /** Sent with POST; GET if `undefined`. */
  readonly send: RequestBody | undefined;
  /** PEM of the authorities that https servers may have; Node's public ones if `undefined`. */
  readonly authorities: string | undefined;
  /** Ends connecting, with a `Refused` as its reason. */
  readonly connectLimit: AbortSignal;
  /** Ends everything, with a `Refused` as its reason. */
  readonly totalLimit: AbortSignal;
}

export interface RequestBody {
  readonly contentType: string;
  readonly octets: Uint8Array;
}

export interface Answer {
  readonly body: Uint8Array;
  /** As the server says; absent or wrong more often than not. */
  readonly contentType: string | undefined;
}

/** Gets the body of a plain 200. Throws `Refused`. */
export async function getBody(exchange: Exchange): Promise<Answer> {
  const response = await responseTo(exchange);
  try {
    requirePlain(response);
    return { body: await readBody(response, exchange), contentType: response.headers['content-type'] };
  } finally {
    response.destroy();
  }
}

function responseTo({ url, send, connectLimit, totalLimit, ...rest }: Exchange): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:';
  const options: RequestOptions = {
    method: send === undefined ? 'GET' : 'POST',
    // A connection of its own: a kept one was opened for another decision, and the global agent may know a proxy.
    agent: false,
    lookup: pinnedTo(rest.addresses),
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'holdfast',
      ...(send && { 'content-type': send.contentType, 'content-length': send.octets.length }),
    },
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    ...(isTls && { rejectUnauthorized: true, ca: rest.authorities }),
  };
  return new Promise((resolve, reject) => {
    const request = isTls ? requestHttps(url, options) : requestHttp(url, options);
    const end = (): void => void request.destroy(connectLimit.reason as Refused);
    connectLimit.addEventListener('abort', end);
    totalLimit.addEventListener('abort', () => void request.destroy(totalLimit.reason as Refused));
    request.once('socket', (socket) =>
      socket.once(isTls ? 'secureConnect' : 'connect', () => connectLimit.removeEventListener('abort', end)),
    );
    request.once('response', resolve);
    request.on('error', (error) => reject(toRefused(error)));
    request.end(send?.octets);
  });
}

/** Node's own default, spelled out because the bound matters. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Answers with the vetted addresses, whatever the name resolves to by now (SS-05). */
function pinnedTo(addresses: readonly HostAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses as [HostAddress];
    if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function requirePlain({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 300 && statusCode < 400) throw new Refused('redirected', `status ${statusCode}`);
  if (statusCode !== 200) throw new Refused('status_not_ok', `status ${statusCode}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw new Refused('content_encoded', encoding.slice(0, 40));
}

async function readBody(response: IncomingMessage, { maxBytes, totalLimit }: Exchange): Promise<Uint8Array> {
  const tooLarge = new Refused('body_too_large', `more than ${maxBytes} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    throw totalLimit.aborted ? totalLimit.reason : toRefused(error as Error);
  }
  return Buffer.concat(chunks);
}

function toRefused(error: Error): Refused {
  if (error instanceof Refused) return error;
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new Refused(code.startsWith('HPE_') ? 'answer_malformed' : 'connection_failed', code);
}
