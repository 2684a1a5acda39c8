import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP gate in front of the database: what goes through it can be cut off at a chosen moment. */
export class DatabaseGate {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  /** Whether it was cut. */
  isCut = false;

  private constructor(
    private readonly target: URL,
    private readonly cutWhen: string | undefined,
  ) {}

  /**
   * Opens a gate to the server of `databaseUrl`. With `cutWhen` it is cut, for good, by the first query that contains
   * that text, before the query gets through.
   */
  static async open(databaseUrl: string, cutWhen?: string): Promise<DatabaseGate> {
    const gate = new DatabaseGate(new URL(databaseUrl), cutWhen);
    const server = createServer((client) => gate.#pass(client));
    gate.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  /** `databaseUrl` of an application, led through the gate. */
  through(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Ends every connection and accepts no further one. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }

  #pass(client: Socket): void {
    if (this.isCut) return void client.destroy();
    const server = connect({ host: this.target.hostname, port: Number(this.target.port) });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (query: Buffer) => {
      if (this.cutWhen !== undefined && query.includes(this.cutWhen)) this.cut();
      else server.write(query);
    });
    server.pipe(client);
  }
}
