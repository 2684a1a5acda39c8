import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';

/** Whom the load comes from, and where it goes. */
export interface LoadTarget {
  readonly tls: ConnectionOptions;
  /** The octets of request number `index`. */
  request(index: number): Buffer;
}

const CONNECTIONS = 16;
const HEAD_END = Buffer.from('\r\n\r\n');

const SILENCE_MS = 10_000;

/** An answer that is not 200 with a Content-Length. */
class NotServed extends Error {
  readonly status: number;

  constructor(head: string) {
    super(`not answered with 200 and a length:\n${head}`);
    this.status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  }
}

/**
 * One caller: a TLS connection with one request at a time. It reads no more of HTTP than it needs to find the end of an
 * answer, so that the load takes little of the machine. Every answer but 200 is an error: speed counts only if right.
 */
class Caller {
  private received: Buffer = Buffer.alloc(0);
  private answered: (() => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: TLSSocket) {
    socket.on('data', (chunk: Buffer) => this.accept(chunk));
    socket.once('error', (error) => this.failed?.(error));
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.once('close', () => this.failed?.(new Error('the connection was closed')));
  }

  static async connect(options: ConnectionOptions): Promise<Caller> {
    const socket = connect(options);
    await once(socket, 'secureConnect');
    return new Caller(socket.setNoDelay(true));
  }

  call(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.answered = resolve;
      this.failed = reject;
      this.socket.write(request);
    });
  }

  end(): void {
    this.failed = undefined;
    this.socket.destroy();
  }

  private accept(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
      this.failed?.(new NotServed(head));
      return;
    }
    if (this.received.length < headEnd + HEAD_END.length + Number(length)) return;
    this.received = Buffer.alloc(0);
    this.answered?.();
  }
}

/**
 * Sends `count` requests over kept-alive connections, and resolves to what `cost` rose by meanwhile. The connections are
 * open, and have been used, before the first reading.
 */
export async function sendOverKeptConnections(
  { tls, request }: LoadTarget,
  count: number,
  cost: () => number,
): Promise<number> {
  const callers = await Promise.all(Array.from({ length: CONNECTIONS }, () => Caller.connect(tls)));
  let next = 0;
  try {
    await Promise.all(callers.map((caller) => caller.call(request(next++))));
    const before = cost();
    await Promise.all(
      callers.map(async (caller) => {
        while (next < count + CONNECTIONS) await caller.call(request(next++));
      }),
    );
    return cost() - before;
  } finally {
    for (const caller of callers) caller.end();
  }
}

/** Sends `count` requests, each over a new connection with a full handshake. */
export async function sendOverNewConnections(
  { tls, request }: LoadTarget,
  count: number,
  cost: () => number,
): Promise<number> {
  let next = 0;
  const before = cost();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < count) {
        const index = next++;
        const caller = await Caller.connect(tls);
        await caller.call(request(index));
        caller.end();
      }
    }),
  );
  return cost() - before;
}

/** The status that one request is answered with; throws if the connection ends first. */
export async function statusOf(tls: ConnectionOptions, request: Buffer): Promise<number> {
  const caller = await Caller.connect(tls);
  try {
    await caller.call(request);
    return 200;
  } catch (error) {
    if (error instanceof NotServed) return error.status;
    throw error;
  } finally {
    caller.end();
  }
}
