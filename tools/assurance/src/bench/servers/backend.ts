// What the proxies stand in front of: answers every request alike. PORT: where it listens, on loopback.
import { createServer } from 'node:http';

const ANSWER = JSON.stringify({ orders: [1, 2, 3] });
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) };

const server = createServer((_request, response) => response.writeHead(200, HEADERS).end(ANSWER));
server.keepAliveTimeout = 75_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
