import { performance } from 'node:perf_hooks';
import type { RegistryFeed, RegistryReplica } from '@holdfast/client-registry';
import { RegistryNotifications } from './registry-notifications.js';

export interface SubscriptionOptions {
  /** DATABASE_URL_LISTEN, or the app's own URL: a direct connection. */
  readonly listenUrl: string;
  readonly applicationName: string;
  /** Milliseconds between looks at the version when no notification comes. Default 2 000. */
  readonly pollMillis?: number;
  /** The clock of the replica. Default `performance.now`. */
  readonly monotonicNow?: () => number;
  /** Hears that the replica has changed. */
  readonly onApplied?: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps a replica of the registry current: by notification within a moment, by polling within `pollMillis`. A read
 * that fails changes nothing, so the replica's age grows; a read that succeeds confirms the replica as of its *start*.
 */
export class RegistrySubscription {
  private readonly notifications: RegistryNotifications;
  private readonly now: () => number;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private newsWhileReading = false;
  private stopped = false;

  constructor(
    private readonly feed: RegistryFeed,
    private readonly replica: RegistryReplica,
    private readonly options: SubscriptionOptions,
  ) {
    this.now = options.monotonicNow ?? (() => performance.now());
    this.notifications = new RegistryNotifications({
      url: options.listenUrl,
      applicationName: options.applicationName,
      onNews: () => this.look(),
      onError: options.onError,
    });
  }

  /** Resolves after the first complete read; while the database is away it waits, until `stop`. */
  async start(): Promise<void> {
    this.notifications.start();
    while (this.replica.version < 0n && !this.stopped) {
      this.look();
      await this.reading;
      if (this.replica.version < 0n && !this.stopped) await pause(RETRY_START_MS);
    }
    this.pollLater();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.notifications.stop();
    await this.reading;
  }

  private pollLater(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.look();
      void this.reading?.then(() => this.pollLater());
    }, this.options.pollMillis ?? 2_000);
    this.timer.unref();
  }

  /** One read at a time; news during a read means another one after it. */
  private look(): void {
    if (this.stopped) return;
    if (this.reading !== undefined) {
      this.newsWhileReading = true;
      return;
    }
    this.reading = this.readUntilQuiet().finally(() => (this.reading = undefined));
  }

  private async readUntilQuiet(): Promise<void> {
    do {
      this.newsWhileReading = false;
      try {
        await this.read();
      } catch (error) {
        this.options.onError(error);
      }
    } while (this.newsWhileReading && !this.stopped);
  }

  private async read(): Promise<void> {
    const startedAt = this.now();
    const version = await this.feed.currentVersion();
    if (version < this.replica.version) {
      // A restored backup: what this process knows is not what the database says, and must not be confirmed.
      throw new Error(
        `the registry went back from version ${this.replica.version} to ${version}; restart to take it over`,
      );
    }
    const isNews = version > this.replica.version;
    if (isNews) this.replica.apply(await this.feed.changesSince(this.replica.version));
    this.replica.confirm(startedAt);
    if (isNews) this.options.onApplied?.();
  }
}

const RETRY_START_MS = 500;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
