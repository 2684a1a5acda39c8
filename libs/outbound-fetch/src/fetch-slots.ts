import { Refused } from './refusal.js';

/** How many fetches run at a time. */
export interface SlotLimits {
  readonly inTotal: number;
  readonly perHost: number;
  /** Fetches that may wait for a slot; the next one is refused. */
  readonly waiting: number;
}

interface Waiter {
  readonly host: string;
  readonly begin: () => void;
}

/** Bounds concurrency, in total and per host; who came first begins first, unless its host is busy. */
export class FetchSlots {
  private readonly running: string[] = [];
  private readonly waiters: Waiter[] = [];

  constructor(private readonly limits: SlotLimits) {}

  /** Runs `work` when there is a slot for `host`. Throws `Refused` (`too_busy`) if too many wait already. */
  async run<T>(host: string, work: () => Promise<T>): Promise<T> {
    if (this.isFree(host)) this.running.push(host);
    else await this.wait(host);
    try {
      return await work();
    } finally {
      this.running.splice(this.running.indexOf(host), 1);
      this.beginNext();
    }
  }

  private isFree(host: string): boolean {
    const { inTotal, perHost } = this.limits;
    return this.running.length < inTotal && this.running.filter((other) => other === host).length < perHost;
  }

  private wait(host: string): Promise<void> {
    if (this.waiters.length >= this.limits.waiting) throw new Refused('too_busy');
    return new Promise((begin) => this.waiters.push({ host, begin }));
  }

  private beginNext(): void {
    const at = this.waiters.findIndex(({ host }) => this.isFree(host));
    const [next] = at === -1 ? [] : this.waiters.splice(at, 1);
    if (next === undefined) return;
    // Taken here and not by the waiter, which runs later: the slot must not be given away twice.
    this.running.push(next.host);
    next.begin();
  }
}
