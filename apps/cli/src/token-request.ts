import { z } from 'zod';
import type { Caller } from './connection.js';
import { Failure, outcomeOf } from './failure.js';
import type { HttpsAnswer, HttpsClient } from './https-client.js';
import { printable } from './output.js';

/** What is asked for; what is left out is the server's choice. */
export interface TokenWish {
  readonly scopes?: readonly string[] | undefined;
  readonly resource?: string | undefined;
}

/** RFC 6749 §5.1. */
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number(),
  scope: z.string().optional(),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

/** RFC 6749 §5.2. */
const TokenRefusal = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  error_uri: z.string().optional(),
  request_id: z.string().optional(),
});
type TokenRefusal = z.infer<typeof TokenRefusal>;

/** A token by client credentials over mutual TLS (RFC 6749 §4.4, RFC 8705 §2). Throws a Failure with the refusal. */
export async function requestToken(http: HttpsClient, caller: Caller, wish: TokenWish): Promise<TokenAnswer> {
  const { clientId, tokenEndpoint } = caller;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId });
  if (wish.scopes !== undefined) form.set('scope', wish.scopes.join(' '));
  if (wish.resource !== undefined) form.set('resource', wish.resource);
  const answer = await http.send({
    method: 'POST',
    url: tokenEndpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  });
  const body = parseJson(answer.body);
  const token = TokenAnswer.safeParse(body);
  if (answer.status === 200 && token.success) return token.data;
  const refusal = TokenRefusal.safeParse(body);
  if (refusal.success) throw refused(clientId, wish, answer, refusal.data);
  throw new Failure(
    'error',
    `${tokenEndpoint.href} answers ${answer.status}, and not like a token endpoint.`,
    ['Check --token-endpoint.'],
  );
}

/** The JSON of a body, undefined when it is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function refused(
  clientId: string,
  { resource }: TokenWish,
  { status, headers }: HttpsAnswer,
  refusal: TokenRefusal,
): Failure {
  const { error, error_description: description, error_uri: uri, request_id: requestId } = refusal;
  const text = printable(description === undefined ? error : `${error}: ${description}`);
  return new Failure(
    REFUSED_THE_CLIENT.has(error) ? 'notAllowed' : outcomeOf(status),
    `The token service refuses ${clientId}: ${text}`,
    [
      ...(error === 'invalid_target' ? [targetHint(resource)] : []),
      ...retryHint(headers['retry-after']),
      ...(uri === undefined ? [] : [`More about it: ${printable(uri)}`]),
      ...(requestId === undefined
        ? []
        : [`Why, for the operator: holdfast audit show ${printable(requestId)}`]),
    ],
  );
}

function targetHint(resource: string | undefined): string {
  return resource === undefined
    ? 'Name the API that the token is for with --resource.'
    : `It was asked for the API ${resource}, which has to be written as it is registered.`;
}

/** What `Retry-After` says, as a line. */
export function retryHint(retryAfter: string | undefined): string[] {
  return retryAfter === undefined ? [] : [`Try again in ${printable(retryAfter)} s.`];
}

const REFUSED_THE_CLIENT: ReadonlySet<string> = new Set<string>([
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'invalid_scope',
  'invalid_target',
]);
