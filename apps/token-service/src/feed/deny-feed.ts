import type { RegistryReplica } from '@holdfast/client-registry';
import { DENY_EVENT_TYPE, type DenyEntry, type DenyEvent } from '@holdfast/oauth-protocol';
import type { KeyRing } from '@holdfast/signing-keys';

/** Who listens to the feed. */
export interface DenySubscriber {
  /** Whether it still may: asked before each event. */
  mayListen(): boolean;
  /** One signed event and its version. */
  send(version: string, jwt: string): void;
  end(): void;
}

/** An event that was sent, for subscribers that come back. */
interface Sent {
  readonly since: string;
  readonly version: string;
  readonly jwt: string;
}

/** Deltas that are kept for subscribers that come back; whoever was away longer gets everything. */
const KEPT = 256;
/** The registry was not confirmed for longer: then nothing can be said, and silence tells subscribers so. */
const CONFIRMED_WITHIN_MS = 10_000;

/** What happens to an event without its envelope. */
type EventBody = DenyEvent extends infer E
  ? E extends DenyEvent
    ? Omit<E, 'iss' | 'iat' | 'confirmed_at' | 'version'>
    : never
  : never;

/**
 * The deny feed of this replica: what no longer counts although a token says so, signed, as a snapshot and then as it
 * changes. Every replica tells the same, in versions of the registry.
 */
export class DenyFeed {
  private readonly subscribers = new Set<DenySubscriber>();
  private readonly sent: Sent[] = [];
  private told: ReadonlyMap<string, DenyEntry> = new Map();
  private toldVersion = '-1';
  /** Events leave in the order in which they were made, however long signing takes. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: Pick<RegistryReplica, 'denyList' | 'version' | 'ageMs' | 'forgetEnded'>,
    private readonly keys: Pick<KeyRing, 'signAs'>,
    private readonly issuer: string,
    private readonly now: () => Date,
  ) {}

  get size(): number {
    return this.subscribers.size;
  }

  /** Tells what changed since it was called last. Call it whenever the registry has changed. */
  publish(): Promise<void> {
    return this.inTurn(async () => {
      const since = this.toldVersion;
      const version = this.registry.version.toString();
      const { told, entries, removed } = this.takeStock();
      if (entries.length === 0 && removed.length === 0) return;
      const jwt = await this.sign({ kind: 'delta', since, entries, removed }, version);
      this.told = told;
      this.toldVersion = version;
      this.sent.push({ since, version, jwt });
      if (this.sent.length > KEPT) this.sent.shift();
      this.tellAll(version, jwt);
    });
  }

  /** Tells that nothing changed, if that is known. Call it every few seconds. */
  beat(): Promise<void> {
    return this.inTurn(async () => {
      this.registry.forgetEnded(this.seconds());
      if (this.subscribers.size === 0 || this.registry.ageMs() > CONFIRMED_WITHIN_MS) return;
      this.tellAll(this.toldVersion, await this.sign({ kind: 'heartbeat' }));
    });
  }

  /** Everything that counts now, as one signed event. */
  async snapshot(): Promise<string> {
    let jwt = '';
    await this.inTurn(async () => (jwt = await this.signSnapshot()));
    return jwt;
  }

  /** Sends what the subscriber has missed since `lastVersion`, or everything; then what happens. Returns what ends it. */
  async subscribe(subscriber: DenySubscriber, lastVersion: string | undefined): Promise<() => void> {
    await this.inTurn(async () => {
      const missed = this.sentSince(lastVersion);
      if (missed === undefined) subscriber.send(this.toldVersion, await this.signSnapshot());
      else for (const { version, jwt } of missed) subscriber.send(version, jwt);
      this.subscribers.add(subscriber);
    });
    return () => this.subscribers.delete(subscriber);
  }

  stop(): void {
    for (const subscriber of this.subscribers) subscriber.end();
    this.subscribers.clear();
  }

  private inTurn(work: () => Promise<unknown>): Promise<void> {
    const turn = this.queue.then(work).then(() => undefined);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** What is new and what is gone. Entries are replaced, never changed: the same object is the same entry. */
  private takeStock(): { told: ReadonlyMap<string, DenyEntry>; entries: DenyEntry[]; removed: string[] } {
    const before = this.told;
    const alive = this.registry.denyList.alive(this.seconds());
    const told = new Map(alive.map((entry) => [entry.id, entry]));
    // Subscribers see by themselves what has ended.
    const stands = ({ expires_at: end }: DenyEntry): boolean => end === undefined || end >= this.seconds();
    return {
      told,
      entries: alive.filter((entry) => before.get(entry.id) !== entry),
      removed: [...before.values()]
        .filter((entry) => !told.has(entry.id) && stands(entry))
        .map(({ id }) => id),
    };
  }

  private signSnapshot(): Promise<string> {
    // What changed a moment ago is told to the others in their turn.
    return this.sign({ kind: 'snapshot', entries: [...this.told.values()] });
  }

  private sign(body: EventBody, version = this.toldVersion): Promise<string> {
    const iat = Math.floor(this.seconds());
    const confirmedAt = Math.floor(this.seconds() - this.registry.ageMs() / 1_000);
    const envelope = { iss: this.issuer, iat, confirmed_at: confirmedAt, version };
    return this.keys.signAs(DENY_EVENT_TYPE, { ...envelope, ...body });
  }

  private tellAll(version: string, jwt: string): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.mayListen()) subscriber.send(version, jwt);
      else {
        this.subscribers.delete(subscriber);
        subscriber.end();
      }
    }
  }

  /** `undefined` if not all of it is kept. */
  private sentSince(lastVersion: string | undefined): readonly Sent[] | undefined {
    if (lastVersion === this.toldVersion) return [];
    const first = this.sent.findIndex(({ since }) => since === lastVersion);
    return first === -1 ? undefined : this.sent.slice(first);
  }

  private seconds(): number {
    return this.now().getTime() / 1_000;
  }
}
