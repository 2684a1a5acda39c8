import { setTimeout as delay } from 'node:timers/promises';
import { readIdentity } from './identity.js';
import type { StackUnderTest } from './stack-under-test.js';
import { exchange, type Dial, type Identity, type WireAnswer, type WireRequest } from './wire.js';

/** A registered client and what it proves itself with. */
export interface PartnerClient {
  readonly partner: string;
  readonly clientId: string;
  readonly identity: Identity;
}

/** Parameters of a form body, in order; they may repeat. */
export type Form = readonly (readonly [name: string, value: string])[];

export const FORM_TYPE = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

const KNOWN_WITHIN_MS = 5_000;
const POLL_MS = 25;

/** The two clients of the demo partners. */
export function demoClients({ file }: StackUnderTest): { acme: PartnerClient; beta: PartnerClient } {
  const [acme, beta] = file.demo.map((client) => ({
    partner: client.partner,
    clientId: client.clientId,
    identity: readIdentity(client),
  }));
  if (acme === undefined || beta === undefined) throw new Error('stack.json names no two demo clients');
  return { acme, beta };
}

/** How to reach the token endpoint as somebody. */
export function toTokenEndpoint(stack: StackUnderTest, identity?: Identity): Dial {
  return { url: stack.file.tokenEndpoint, ca: stack.ca, identity };
}

/** How to reach the sample API as somebody. */
export function toOrders(stack: StackUnderTest, identity?: Identity): Dial {
  return { url: stack.orders, ca: stack.ca, identity };
}

/** `POST /token` with a form. */
export function tokenRequest(form: Form): WireRequest {
  return {
    method: 'POST',
    target: '/token',
    headers: [FORM_TYPE],
    body: new URLSearchParams(form.map(([name, value]) => [name, value])).toString(),
  };
}

/** The parameters of an ordinary request (RFC 6749 §4.4.2). */
export function credentialsForm(clientId: string): Form {
  return [
    ['grant_type', 'client_credentials'],
    ['client_id', clientId],
  ];
}

/** Asks for a token, on a connection of its own. */
export function requestToken(
  stack: StackUnderTest,
  { clientId, identity }: Pick<PartnerClient, 'clientId' | 'identity'>,
  more: Form = [],
): Promise<WireAnswer> {
  return exchange(toTokenEndpoint(stack, identity), tokenRequest([...credentialsForm(clientId), ...more]));
}

/** The token of a client that may have been registered this moment. Throws when none is issued in time. */
export async function tokenOf(
  stack: StackUnderTest,
  client: PartnerClient,
  more: Form = [],
): Promise<string> {
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const { status, json, text } = await requestToken(stack, client, more);
    if (status === 200) return String(json['access_token']);
    if (performance.now() > deadline) throw new Error(`no token for ${client.clientId}: ${status} ${text}`);
    await delay(POLL_MS);
  }
}

/** The claims of a token. Does NOT verify anything. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}

/** A call of the sample API with a bearer token. */
export function withToken(token: string, request: Partial<WireRequest> = {}): WireRequest {
  return {
    target: '/orders',
    ...request,
    headers: [['Authorization', `Bearer ${token}`], ...(request.headers ?? [])],
  };
}

/** A request with a JSON body. */
export function jsonRequest(method: string, target: string, json: unknown): WireRequest {
  return {
    method,
    target,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify(json),
  };
}
