import { Connection, type Caller, type ConnectionOptions } from './connection.js';
import { AdminApi } from './api-client.js';
import { HttpsClient } from './https-client.js';
import { Output, type Format } from './output.js';
import type { World } from './world.js';

export type GlobalOptions = ConnectionOptions & { readonly output: Format };

/** One run of a command: its output, and the servers that it talks to as the global options say. */
export class Session {
  constructor(
    readonly world: World,
    private readonly options: () => GlobalOptions,
  ) {}

  get out(): Output {
    return new Output(this.world, this.options().output);
  }

  /** Does something with the admin API as the operator. */
  async administer(work: (api: AdminApi, out: Output) => Promise<void>): Promise<void> {
    const operator = new Connection(this.world, this.options()).operator();
    await connected(operator, async (http) => work(await AdminApi.connect(http, operator), this.out));
  }

  /** Does something as a partner's client, over connections with its certificate. */
  async asPartner(work: (http: HttpsClient, caller: Caller, out: Output) => Promise<void>): Promise<void> {
    const caller = new Connection(this.world, this.options()).partner();
    await connected(caller, (http) => work(http, caller, this.out));
  }
}

async function connected(
  { identity, trust }: Caller,
  work: (http: HttpsClient) => Promise<void>,
): Promise<void> {
  const http = new HttpsClient(identity, trust);
  try {
    await work(http);
  } finally {
    http.close();
  }
}
