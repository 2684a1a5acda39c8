import type { StackUnderTest } from '../harness/stack-under-test.js';
import {
  claimsOf,
  credentialsForm,
  jsonRequest,
  tokenRequest,
  withToken,
  type PartnerClient,
} from '../harness/token-endpoint.js';
import { Wire, WireClosed, type WireAnswer } from '../harness/wire.js';

/** What a partner's client got while something else happened. */
export interface PartnerHistory {
  /** `jti` of every token that left. */
  readonly tokenIds: string[];
  /** Ids of every order that was acknowledged. */
  readonly orderIds: string[];
  /** Status and body of every other answer. */
  readonly refusals: string[];
}

export function newPartnerHistory(): PartnerHistory {
  return { tokenIds: [], orderIds: [], refusals: [] };
}

/** Asks for tokens over one connection, one after the other, until the connection ends or `signal` says so. */
export function keepAskingForTokens(
  stack: StackUnderTest,
  client: PartnerClient,
  history: PartnerHistory,
  signal: AbortSignal,
): Promise<void> {
  const request = tokenRequest(credentialsForm(client.clientId));
  return repeat(stack, client, new URL(stack.file.tokenEndpoint).origin, signal, async (wire) => {
    const answer = await wire.send(request);
    if (answer.status === 200)
      history.tokenIds.push(String(claimsOf(String(answer.json['access_token']))['jti']));
    else history.refusals.push(shown(answer));
  });
}

/** Places orders over one connection, one after the other, until the connection ends or `signal` says so. */
export function keepOrdering(
  stack: StackUnderTest,
  client: PartnerClient,
  token: string,
  history: PartnerHistory,
  signal: AbortSignal,
): Promise<void> {
  const request = withToken(token, jsonRequest('POST', '/orders', { item: 'Bolts', quantity: 1 }));
  return repeat(stack, client, stack.orders, signal, async (wire) => {
    const answer = await wire.send(request);
    if (answer.status === 201) history.orderIds.push(String(answer.json['id']));
    else history.refusals.push(shown(answer));
  });
}

async function repeat(
  { ca }: StackUnderTest,
  { identity }: PartnerClient,
  url: string,
  signal: AbortSignal,
  once: (wire: Wire) => Promise<void>,
): Promise<void> {
  let wire: Wire | undefined;
  try {
    wire = await Wire.dial({ url, ca, identity });
    while (!signal.aborted) await once(wire);
  } catch (error) {
    if (!(error instanceof WireClosed)) throw error;
  } finally {
    wire?.close();
  }
}

function shown({ status, text }: WireAnswer): string {
  return `${status} ${text.slice(0, 200)}`;
}
