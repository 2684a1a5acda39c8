import { RegistryReplica } from '@holdfast/client-registry';
import type { Served } from '@holdfast/http-platform';
import { REGISTRY_FEED, RegistrySubscription } from '@holdfast/postgres';
import { KeyRing } from '@holdfast/signing-keys';
import { DecisionRecorder } from '@holdfast/token-issuance';
import { FEED_KEYS } from './app.module.js';
import type { TokenServiceConfig } from './config.js';
import { DenyFeed } from './feed/deny-feed.js';

/** Readers of the deny feed take a minute of silence for an outage. */
const FEED_BEATS_EVERY_MS = 10_000;
const KEYS_REFRESHED_EVERY_MS = 10_000;
const SUPPRESSED_RECORDED_EVERY_MS = 30_000;

/** What the token service does between requests: follows the registry, tells the deny feed, and reads its keys again. */
export class Background {
  private readonly feed: DenyFeed;
  private readonly rings: readonly KeyRing[];
  private readonly recorder: DecisionRecorder;
  private readonly subscription: RegistrySubscription;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    app: Served['app'],
    config: TokenServiceConfig,
    /** What PostgreSQL calls its connection. */
    applicationName: string,
    private readonly onError: (error: unknown) => void,
  ) {
    this.feed = app.get(DenyFeed);
    this.rings = [app.get(KeyRing), app.get<KeyRing>(FEED_KEYS)];
    this.recorder = app.get(DecisionRecorder);
    this.subscription = new RegistrySubscription(app.get(REGISTRY_FEED), app.get(RegistryReplica), {
      listenUrl: config.DATABASE_URL_LISTEN ?? config.DATABASE_URL,
      applicationName,
      pollMillis: config.REGISTRY_POLL_SECONDS * 1_000,
      onApplied: () => this.tellChange(),
      onError,
    });
  }

  /** Resolves when the registry has been read. */
  async start(): Promise<void> {
    this.every(FEED_BEATS_EVERY_MS, () => this.feed.beat());
    // In case a reading failed when the registry changed.
    this.every(KEYS_REFRESHED_EVERY_MS, () => this.refreshKeys());
    this.every(SUPPRESSED_RECORDED_EVERY_MS, () => this.recorder.recordSuppressed());
    await this.subscription.start();
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.feed.stop();
    await this.recorder.recordSuppressed().catch(this.onError);
    await this.subscription.stop();
  }

  private tellChange(): void {
    void this.feed.publish().catch(this.onError);
    // Where its own key was withdrawn, the feed can tell with the next one only.
    void this.refreshKeys().then(() => this.feed.publish().catch(this.onError));
  }

  private async refreshKeys(): Promise<void> {
    for (const ring of this.rings) await ring.refresh().catch(this.onError);
  }

  private every(milliseconds: number, work: () => Promise<unknown>): void {
    this.timers.push(setInterval(() => void work().catch(this.onError), milliseconds).unref());
  }
}
