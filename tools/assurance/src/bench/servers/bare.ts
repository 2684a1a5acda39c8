// node:https alone, which checks nothing: the least that a server in Node costs. With UPSTREAM it forwards every request
// there by undici; without, it answers by itself.
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { Pool } from 'undici';

const { TLS_CERT, TLS_KEY, PORT, UPSTREAM } = process.env;
const ANSWER = JSON.stringify({ client: 'client' });
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };

const options = {
  cert: readFileSync(TLS_CERT!),
  key: readFileSync(TLS_KEY!),
  requestCert: true,
  rejectUnauthorized: false,
  ca: [],
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_TICKET,
} satisfies ServerOptions;
const server = createServer(options, UPSTREAM === undefined ? answer : forwarderTo(UPSTREAM));
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), '127.0.0.1');

function answer(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, HEADERS).end(ANSWER);
}

function forwarderTo(origin: string): (request: IncomingMessage, response: ServerResponse) => void {
  const pool = new Pool(origin, { connections: 256, pipelining: 1 });
  return ({ method, url, rawHeaders }, response) =>
    void pool.dispatch(
      { method: method as 'GET', path: url!, headers: rawHeaders, body: null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, headers) => void response.writeHead(status, headers),
        onResponseData: (_controller, chunk) => void response.write(chunk),
        onResponseEnd: () => void response.end(),
        onResponseError: (_controller, error) => void response.destroy(error),
      },
    );
}
