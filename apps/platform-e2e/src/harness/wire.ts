import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** A certificate with its chain, leaf first, and its key, as PEM: what a peer proves itself with. */
export interface Identity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Where to connect to, trusting whom, as whom. */
export interface Dial {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** None: no client certificate is presented. */
  readonly identity?: Identity | undefined;
  /** Anything else about the handshake. */
  readonly tls?: ConnectionOptions;
}

/** An HTTP/1.1 request, sent exactly as it stands here: header lines may repeat and be malformed. */
export interface WireRequest {
  readonly method?: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

export interface WireAnswer {
  readonly status: number;
  /** By lower-case name; values of repeated lines joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The JSON object in the body; empty when there is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The peer ended the connection, or the handshake, before there was an answer. */
export class WireClosed extends Error {
  override readonly name = 'WireClosed';
}

const TIMEOUT_MS = 10_000;

/** One TLS connection on which HTTP/1.1 requests are sent octet by octet, and their answers read. */
export class Wire {
  #received = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  private constructor(readonly socket: TLSSocket) {
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', (error) => this.#end(new WireClosed(error.message, { cause: error })));
    socket.on('close', () => this.#end(new WireClosed('the peer closed the connection')));
  }

  /** Connects; rejects with WireClosed when the handshake fails. */
  static async dial({ url, ca, identity, tls }: Dial): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect({
      host: hostname,
      port: Number(port),
      servername: hostname,
      ca,
      ...(identity && { cert: identity.certificate, key: identity.privateKey }),
      ...tls,
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    const wire = new Wire(socket);
    try {
      await once(socket, 'secureConnect');
    } catch (error) {
      throw new WireClosed(`the handshake failed: ${(error as Error).message}`, { cause: error });
    }
    return wire;
  }

  /** Sends a request and reads its answer; the connection stays open. Rejects with WireClosed. */
  send(request: WireRequest): Promise<WireAnswer> {
    return this.sendOctets(toOctets(request, this.socket.servername || 'localhost'), request.method);
  }

  /** Sends anything at all and reads one answer. */
  async sendOctets(octets: Buffer, method?: string): Promise<WireAnswer> {
    if (this.#ended === undefined) this.socket.write(octets);
    for (;;) {
      const taken = takeAnswer(this.#received, this.#ended !== undefined, method);
      if (taken !== undefined) {
        this.#received = this.#received.subarray(taken.length);
        return taken.answer;
      }
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.socket.destroy();
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    this.#wake();
  }
}

/** One exchange on a connection of its own. Rejects with WireClosed. */
export async function exchange(dial: Dial, request: WireRequest): Promise<WireAnswer> {
  const wire = await Wire.dial(dial);
  try {
    return await wire.send(request);
  } finally {
    wire.close();
  }
}

function toOctets({ method = 'GET', target, headers = [], body }: WireRequest, host: string): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const content = Buffer.from(body ?? '');
  const lines = [
    ...(given.has('host') ? [] : [`Host: ${host}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || given.has('content-length') || given.has('transfer-encoding')
      ? []
      : [`Content-Length: ${content.length}`]),
  ];
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    content,
  ]);
}

/** The first complete answer in what was received; undefined while there is none. Informational ones are skipped. */
function takeAnswer(
  received: Buffer,
  isAll: boolean,
  method: string | undefined,
): { answer: WireAnswer; length: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  const start = end + 4;
  if (status === 100) {
    const next = takeAnswer(received.subarray(start), isAll, method);
    return next && { ...next, length: start + next.length };
  }
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const body = hasBody ? takeBody(received.subarray(start), headers, isAll) : { text: '', length: 0 };
  if (body === undefined) return undefined;
  const answer = { status, headers, text: body.text, json: parseJson(body.text) };
  return { answer, length: start + body.length };
}

function takeBody(
  rest: Buffer,
  headers: Readonly<Record<string, string>>,
  isAll: boolean,
): { text: string; length: number } | undefined {
  if (headers['transfer-encoding'] === 'chunked') return takeChunks(rest);
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  if (length === undefined) return isAll ? { text: rest.toString('utf8'), length: rest.length } : undefined;
  return rest.length < length ? undefined : { text: rest.subarray(0, length).toString('utf8'), length };
}

function takeChunks(rest: Buffer): { text: string; length: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    const next = lineEnd + 2 + size + 2;
    if (rest.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), length: next };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
