import pg from 'pg';
import { REGISTRY_CHANNEL } from './registry-writer.js';

export interface NotificationOptions {
  /** postgres:// URL of a direct connection: a transaction pooler does not pass notifications on. */
  readonly url: string;
  readonly applicationName: string;
  /** Called on every notification, and after every (re)connection: one may have been missed. */
  readonly onNews: () => void;
  readonly onError: (error: unknown) => void;
}

const ANSWER_WITHIN_MS = 2_000;
const HEARTBEAT_EVERY_MS = 5_000;
const BACKOFF_MS = { first: 100, most: 5_000 };

/**
 * Listens for new versions of the registry on a connection of its own, and makes a new one whenever it is lost. Only
 * a hint to look sooner: whoever uses it polls as well. Never throws; errors go to `onError`.
 */
export class RegistryNotifications {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private backoff = BACKOFF_MS.first;
  private stopped = false;

  constructor(private readonly options: NotificationOptions) {}

  start(): void {
    void this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: `${this.options.applicationName} listen`,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    this.client = client;
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('the connection for notifications ended')));
    client.on('notification', () => this.options.onNews());
    try {
      await client.connect();
      await client.query(`LISTEN ${REGISTRY_CHANNEL}`);
      this.backoff = BACKOFF_MS.first;
      this.options.onNews();
      this.heartbeatLater(client);
    } catch (error) {
      this.lost(client, error);
    }
  }

  /** A peer that vanished without a word is noticed only by asking it. */
  private heartbeatLater(client: pg.Client): void {
    this.timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => this.client === client && !this.stopped && this.heartbeatLater(client),
        (error: unknown) => this.lost(client, error),
      );
    }, HEARTBEAT_EVERY_MS);
    this.timer.unref();
  }

  private lost(client: pg.Client, error: unknown): void {
    if (this.stopped || this.client !== client) return;
    this.client = undefined;
    clearTimeout(this.timer);
    void client.end().catch(() => undefined);
    this.options.onError(error);
    this.timer = setTimeout(() => void this.connect(), this.backoff);
    this.timer.unref();
    this.backoff = Math.min(this.backoff * 2, BACKOFF_MS.most);
  }
}
