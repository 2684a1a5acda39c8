import { setTimeout as delay } from 'node:timers/promises';
import type { CertificateFiles } from './development-pki.js';
import { call, type Answer } from './https-call.js';
import { decodeTokenClaims, requestToken, untilIssued, type TokenClient } from './token-client.js';

/** Who takes part in the demo exchange. */
export interface DemoWorld {
  readonly acme: TokenClient;
  /** Another client of acme: it may read at the API of another provider, which acme's first is not granted. */
  readonly acmeFreight: TokenClient;
  readonly beta: TokenClient;
  /** Where the sample API is reached through the gateway. */
  readonly gateway: string;
  /** A client that was made for this run, because the demo suspends it. */
  readonly temporary: TokenClient;
  /** Suspends the temporary client; resolves when that is acknowledged. */
  readonly suspendTemporary: () => Promise<void>;
}

/** One line of the exchange: what was done, what came back, and whether that is what must come back. */
export interface DemoLine {
  readonly ok: boolean;
  readonly text: string;
}

/** Suspension must be in force within this time (architecture §6). */
const SUSPENDED_WITHIN_MS = 1_000;
const POLL_MS = 20;

/**
 * Shows on the running stack what it is for, in twelve lines: a token bound to a certificate works for its holder and for
 * nobody else, at the API that it was asked for and at no other. A line that does not come out as it must has `ok: false`;
 * only a missing answer throws, and a client that gets no token at all.
 */
export async function runDemo(world: DemoWorld): Promise<readonly DemoLine[]> {
  const { acme, beta, gateway } = world;
  const issued = await requestToken(acme);
  const token = String(issued.body['access_token']);
  return [
    judgeIssued(issued, acme),
    judgeAccepted(await ordersWith(acme, token, acme.certificate), 'the resource server'),
    judgeAccepted(
      await ordersWith({ ...acme, resource: gateway }, token, acme.certificate),
      'the same API through the gateway',
    ),
    judgeOtherCertificate(await ordersWith(acme, token, beta.certificate)),
    judgeNoCertificate(await ordersWith(acme, token, undefined)),
    judgeOtherClientId(await requestToken({ ...acme, clientId: beta.clientId }), beta),
    await hidesOrderOfOther(world, token),
    ...(await staysWithinGrants(world, token)),
    ...(await refusesSuspended(world)),
  ];
}

function judgeIssued(answer: Answer, { clientId }: TokenClient): DemoLine {
  const cnf = decodeTokenClaims(answer.body['access_token'])?.['cnf'] as Record<string, unknown> | undefined;
  const isBound = answer.status === 200 && typeof cnf?.['x5t#S256'] === 'string';
  const binding = isBound ? `, bound to its certificate: cnf ${JSON.stringify(cnf)}` : '';
  return { ok: isBound, text: `${clientId} asks for a token: ${outcome(answer)}${binding}` };
}

function judgeAccepted(answer: Answer, what: string): DemoLine {
  return {
    ok: answer.status === 200,
    text: `acme calls ${what} with it: ${outcome(answer)}${countOf(answer)}`,
  };
}

function countOf({ body: { orders } }: Answer): string {
  return Array.isArray(orders) ? ` and ${orders.length} orders` : '';
}

/** RFC 8705 §3: to its bearer, a token that is bound to another certificate is an invalid token. */
function judgeOtherCertificate(answer: Answer): DemoLine {
  return {
    ok: answer.status === 401 && answer.challenge === 'invalid_token',
    text: `beta calls with the same token and its own certificate: ${outcome(answer)}`,
  };
}

function judgeNoCertificate(answer: Answer): DemoLine {
  return {
    ok: answer.status === 401,
    text: `a thief calls with the same token and no certificate: ${outcome(answer)}`,
  };
}

function judgeOtherClientId(answer: Answer, { clientId }: TokenClient): DemoLine {
  return {
    ok: answer.status === 401 && answer.body['error'] === 'invalid_client',
    text: `acme asks for a token as ${clientId}: ${outcome(answer)}`,
  };
}

/** beta sees its order: only therefore does the 404 for acme mean something. */
async function hidesOrderOfOther({ acme, beta }: DemoWorld, acmeToken: string): Promise<DemoLine> {
  const betaToken = await untilIssued(beta);
  const list = await ordersWith(beta, betaToken, beta.certificate);
  const [order] = (list.body['orders'] ?? []) as { readonly id: string }[];
  if (order === undefined) return { ok: false, text: `beta has no order to look for: ${outcome(list)}` };
  const path = `/${encodeURIComponent(order.id)}`;
  const forOwner = await ordersWith(beta, betaToken, beta.certificate, path);
  const forOther = await ordersWith(acme, acmeToken, acme.certificate, path);
  return {
    ok: forOwner.status === 200 && forOther.status === 404,
    text: `acme asks for an order of beta: ${outcome(forOther)} (beta itself: ${outcome(forOwner)})`,
  };
}

/** Two providers: a token is for the API of one of them, with what was granted there (RFC 8707 §2, RFC 6750 §3.1). */
async function staysWithinGrants(
  { acme, acmeFreight, beta }: DemoWorld,
  acmeToken: string,
): Promise<DemoLine[]> {
  const { resource } = acmeFreight;
  const elsewhere = await ordersWith({ ...acme, resource }, acmeToken, acme.certificate);
  const token = await untilIssued(acmeFreight);
  const read = await ordersWith(acmeFreight, token, acmeFreight.certificate);
  const written = await placeOrder(acmeFreight, token);
  const ungranted = await requestToken({ ...beta, resource });
  return [
    {
      ok: elsewhere.status === 401 && elsewhere.challenge === 'invalid_token',
      text: `acme calls the API of another provider with the same token: ${outcome(elsewhere)}`,
    },
    {
      ok: read.status === 200 && written.status === 403 && written.challenge === 'insufficient_scope',
      text:
        `acme-freight may read there: ${outcome(read)}${countOf(read)}; ` +
        `it places an order: ${outcome(written)}`,
    },
    {
      ok: ungranted.status === 400 && ungranted.body['error'] === 'invalid_target',
      text: `beta asks for a token for that API: ${outcome(ungranted)}`,
    },
  ];
}

function placeOrder({ resource, caFile, certificate }: TokenClient, bearer: string): Promise<Answer> {
  const json = { item: 'Pallet to Oslo', quantity: 1 };
  return call({ method: 'POST', url: `${resource}/orders`, caFile, certificate, bearer, json });
}

/** The token service knows it by its registry, the API by the deny feed: it gets no token, and those that it has end. */
async function refusesSuspended({ temporary, suspendTemporary }: DemoWorld): Promise<DemoLine[]> {
  const token = await untilIssued(temporary);
  const callOrders = (): Promise<Answer> => ordersWith(temporary, token, temporary.certificate);
  const before = await callOrders();
  await suspendTemporary();
  const [asked, called] = await Promise.all([
    untilRefused(() => requestToken(temporary)),
    untilRefused(callOrders),
  ]);
  return [
    {
      ok: asked.isInTime && asked.answer.status === 401 && asked.answer.body['error'] === 'invalid_client',
      text: `a client suspended just now asks for a token: ${outcome(asked.answer)}, ${asked.milliseconds} ms later`,
    },
    {
      ok:
        before.status === 200 &&
        called.isInTime &&
        called.answer.status === 401 &&
        called.answer.challenge === 'invalid_token',
      text:
        `it calls with the token that it had: ${outcome(called.answer)}, ${called.milliseconds} ms later ` +
        `(before: ${outcome(before)})`,
    },
  ];
}

interface Refused {
  readonly answer: Answer;
  readonly milliseconds: number;
  readonly isInTime: boolean;
}

/** The first answer that is not 200, or the one that came when it was too late. */
async function untilRefused(attempt: () => Promise<Answer>): Promise<Refused> {
  const begun = performance.now();
  for (;;) {
    const answer = await attempt();
    const elapsed = performance.now() - begun;
    const isInTime = elapsed <= SUSPENDED_WITHIN_MS;
    if (answer.status !== 200 || !isInTime) return { answer, milliseconds: Math.round(elapsed), isInTime };
    await delay(POLL_MS);
  }
}

function ordersWith(
  { resource, caFile }: TokenClient,
  bearer: string,
  certificate: CertificateFiles | undefined,
  path = '',
): Promise<Answer> {
  return call({ url: `${resource}/orders${path}`, caFile, certificate, bearer });
}

function outcome({ status, body, challenge }: Answer): string {
  const code = challenge ?? body['error'];
  return code === undefined ? String(status) : `${status} ${String(code)}`;
}
