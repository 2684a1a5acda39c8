import type { IncomingMessage } from 'node:http';
import { request, type Agent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { DenyFeedState } from '@holdfast/cnf-token-verification';
import { fetchOver, issuerAgent, type IssuerTls } from './system-ports.js';

/** Where the deny feed of an issuer is, as its metadata says, and as whom it is read. */
export interface DenyFeedAddress {
  readonly issuer: string;
  /** `deny_feed_endpoint`. */
  readonly endpoint: string;
  /** `deny_feed_jwks_uri`. */
  readonly jwksUri: string;
  /** A client with the scope `deny-feed:read` at the issuer; `tls` has its certificate. */
  readonly clientId: string;
}

/** Heartbeats come every ten seconds: after this silence the connection is made anew. */
const SILENCE_MS = 25_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A snapshot of some hundred thousand entries. */
const LARGEST_EVENT = 64 * 1024 * 1024;

/** The feed ended for a reason of the issuer: who reads it must wait before it comes back. */
class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
}

/**
 * Follows a deny feed: one connection, made anew when it breaks or falls silent, resumed where it left off. What it has said
 * stands in `feed`, for the port `denyFeed` of a verifier. While it is away, `feed` knows since when.
 */
export class DenyFeedFollower {
  readonly feed: DenyFeedState;
  private readonly agent: Agent;
  private readonly stopping = new AbortController();
  private following: Promise<void> | undefined;

  constructor(
    private readonly address: DenyFeedAddress,
    tls: IssuerTls,
    private readonly clock: () => Date,
    private readonly onError: (error: unknown) => void,
  ) {
    this.agent = issuerAgent(tls);
    const fetch = fetchOver(this.agent);
    this.feed = new DenyFeedState({
      issuer: address.issuer,
      loadKeys: async () => {
        const response = await fetch(address.jwksUri, { method: 'GET', headers: {} });
        if (response.status !== 200) throw new Error(`${address.jwksUri} answered ${response.status}`);
        return response.json();
      },
    });
  }

  /** Returns at once; the first snapshot is there when `feed.confirmedAt()` is. */
  start(): this {
    this.following ??= this.follow();
    return this;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    this.agent.destroy();
  }

  private async follow(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.stopping.signal.aborted) {
      const begun = performance.now();
      await this.listen().catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.onError(error);
      });
      // A connection that lasted was a good one: the next may come at once.
      wait = performance.now() - begun > SILENCE_MS ? FIRST_WAIT_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** One connection, until it ends, falls silent or shows a gap. */
  private async listen(): Promise<void> {
    const response = await this.connect();
    try {
      for await (const event of eventsOf(response)) {
        if ((await this.feed.take(event, this.clock())) === 'gap') return;
      }
    } finally {
      response.destroy();
    }
  }

  private connect(): Promise<IncomingMessage> {
    const url = new URL(this.address.endpoint);
    url.searchParams.set('client_id', this.address.clientId);
    const { version } = this.feed;
    const headers = {
      accept: 'text/event-stream',
      ...(version !== undefined && { 'last-event-id': version }),
    };
    return new Promise((resolve, reject) => {
      const call = request(
        url,
        { headers, agent: this.agent, signal: this.stopping.signal, timeout: SILENCE_MS },
        (response) => {
          if (response.statusCode === 200) resolve(response);
          else {
            response.destroy();
            reject(new FeedRefused(`${this.address.endpoint} answered ${response.statusCode}`));
          }
        },
      );
      call.on('timeout', () => call.destroy(new Error(`silent for ${SILENCE_MS} ms`)));
      call.once('error', reject);
      call.end();
    });
  }
}

/** The data of server-sent events (HTML Living Standard §9.2); each here is one line. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LARGEST_EVENT) throw new Error(`an event is longer than ${LARGEST_EVENT} characters`);
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (\S+)$/m.exec(event)?.[1];
      if (data !== undefined) yield data;
    }
  }
}
