import { setTimeout as delay } from 'node:timers/promises';
import type { CertificateFiles } from './development-pki.js';
import { call, type Answer } from './https-call.js';
import { StackError } from './workspace.js';

/** A client as the token service knows it, and what it proves itself with. */
export interface TokenClient {
  readonly clientId: string;
  readonly certificate: CertificateFiles;
  readonly resource: string;
  readonly scope: string;
  readonly tokenEndpoint: string;
  readonly caFile: string;
}

const KNOWN_WITHIN_MS = 10_000;
const POLL_MS = 20;

/** Asks for a token: client credentials over mutual TLS (RFC 6749 §4.4, RFC 8705 §2). */
export function requestToken(client: TokenClient): Promise<Answer> {
  const { clientId, resource, scope } = client;
  return call({
    method: 'POST',
    url: client.tokenEndpoint,
    caFile: client.caFile,
    certificate: client.certificate,
    form: { grant_type: 'client_credentials', client_id: clientId, resource, scope },
  });
}

/**
 * The token of a client whose registration may be some milliseconds old. Throws a StackError that tells the last
 * answer when none is issued in time.
 */
export async function untilIssued(client: TokenClient): Promise<string> {
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const { status, body } = await requestToken(client);
    if (status === 200) return String(body['access_token']);
    if (performance.now() > deadline) {
      throw new StackError(
        `The token service refuses "${client.clientId}": ${status} ${JSON.stringify(body)}. If it was suspended: ` +
          `npx holdfast client resume ${client.clientId}; its partner: npx holdfast partner resume PARTNER. ` +
          `To begin anew: npm start -- --reset`,
      );
    }
    await delay(POLL_MS);
  }
}

/** The claims of a JWT, for showing. Undefined when it is none. Does NOT verify anything. */
export function decodeTokenClaims(token: unknown): Readonly<Record<string, unknown>> | undefined {
  const payload = typeof token === 'string' ? token.split('.')[1] : undefined;
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
