import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { Agent, fetch } from 'undici';
import type { StackUnderTest } from './stack-under-test.js';
import type { PartnerClient } from './token-endpoint.js';

export interface FeedEvent {
  readonly kind: string;
  readonly version: string;
  readonly entries?: readonly Readonly<Record<string, unknown>>[];
  readonly removed?: readonly string[];
}

/** A listener at the deny feed that is not ours: it verifies each event and keeps it. */
export class FeedReader {
  static async connect(
    stack: StackUnderTest,
    { clientId, identity }: PartnerClient,
    lastVersion?: string,
  ): Promise<FeedReader> {
    const { issuer, tokenEndpoint } = stack.file;
    const open = new Agent({ connect: { ca: stack.ca } });
    const keys = await fetch(`${issuer}/.well-known/holdfast/deny-feed-jwks`, { dispatcher: open });
    const dispatcher = new Agent({
      connect: { ca: stack.ca, cert: identity.certificate, key: identity.privateKey },
      bodyTimeout: 0,
    });
    const response = await fetch(new URL(`/deny-feed?client_id=${clientId}`, tokenEndpoint), {
      dispatcher,
      headers: {
        accept: 'text/event-stream',
        ...(lastVersion !== undefined && { 'last-event-id': lastVersion }),
      },
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const keySet = createLocalJWKSet((await keys.json()) as JSONWebKeySet);
    return new FeedReader(
      response.body as AsyncIterable<Uint8Array>,
      (jwt) => jwtVerify(jwt, keySet, { issuer, typ: 'holdfast-deny+jwt', algorithms: ['ES256'] }),
      () => Promise.all([dispatcher.destroy(), open.destroy()]),
    );
  }

  readonly events: FeedEvent[] = [];
  isEnded = false;
  failure: unknown;

  private constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly verify: (jwt: string) => Promise<{ payload: object }>,
    private readonly destroy: () => Promise<unknown>,
  ) {
    void this.read(body)
      .catch((error: unknown) => (this.failure = error))
      .finally(() => (this.isEnded = true));
  }

  async leave(): Promise<void> {
    await this.destroy();
  }

  private async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    let text = '';
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString('utf8');
      const events = text.split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const jwt = /^data: (\S+)$/m.exec(event)?.[1];
        if (jwt !== undefined) this.events.push((await this.verify(jwt)).payload as FeedEvent);
      }
    }
  }
}
