import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy before a server, to take it away without touching it: `refuse` is a stopped server (connections are
 * reset, new ones refused), `swallow` one behind a firewall that drops every packet, `swallowAnswers` one that still
 * hears what it is told to do.
 */
export class FaultProxy {
  private server: Server | undefined;
  private port = 0;
  private swallowing = false;
  private readonly sockets = new Set<Socket>();
  private readonly upstreams = new Set<Socket>();

  private constructor(private readonly target: URL) {}

  /** Starts a proxy before the server of `url`, on a free port of 127.0.0.1. */
  static async before(url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(url));
    await proxy.listen();
    return proxy;
  }

  /** `url` through the proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  async refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.server === undefined) resolve();
      else this.server.close(() => resolve());
    });
    this.server = undefined;
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  /** From now on nothing passes, on old connections and on new ones. */
  swallow(): void {
    this.swallowing = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** From now on, what is sent on the connections that are open arrives, but no answer comes back. */
  swallowAnswers(): void {
    this.swallowing = true;
    for (const upstream of this.upstreams) upstream.unpipe().resume();
  }

  /** Resets all connections and goes on with new ones. */
  resetConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** The server is there again. What was swallowed stays lost. */
  async restore(): Promise<void> {
    if (this.swallowing) this.resetConnections();
    this.swallowing = false;
    if (this.server === undefined) await this.listen();
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private async listen(): Promise<void> {
    const server = createServer((client) => this.pass(client));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  private pass(client: Socket): void {
    this.keep(client);
    if (this.swallowing) {
      client.pause();
      return;
    }
    const upstream = connect(Number(this.target.port || 5432), this.target.hostname);
    this.keep(upstream);
    this.upstreams.add(upstream);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      this.upstreams.delete(upstream);
      client.destroy();
    });
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}
