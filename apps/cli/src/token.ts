import type { Command } from 'commander';
import { decodeJwt, type JWTPayload } from 'jose';
import { collect, withExamples } from './arguments.js';
import { printable } from './output.js';
import type { Session } from './session.js';
import { requestToken } from './token-request.js';

export interface TokenOptions {
  readonly scope?: readonly string[];
  readonly resource?: string;
}

/** Adds what a partner's client may ask of the token endpoint. */
export function withTokenOptions(command: Command): Command {
  return command
    .option(
      '--scope <scope>',
      'a scope to ask for; may be repeated; all that is granted when left out',
      collect,
    )
    .option('--resource <audience>', 'the API that the token is for; the only granted one when left out');
}

/** `holdfast token`. */
export function addTokenCommand(program: Command, session: Session): void {
  const token = program
    .command('token')
    .description("get a token as a partner's client: the token on stdout, its claims on stderr");
  withTokenOptions(token).action(({ scope, resource }: TokenOptions) =>
    session.asPartner(async (http, caller, out) => {
      const answer = await requestToken(http, caller, { scopes: scope, resource });
      const claims = claimsOf(answer.access_token);
      out.data({ ...answer, claims: claims ?? null }, () => `${printable(answer.access_token)}\n`);
      if (out.format !== 'table') return;
      out.say(
        claims === undefined ? 'The token is opaque.' : `Claims: ${JSON.stringify(claims, undefined, 2)}`,
      );
    }),
  );
  withExamples(
    token,
    'token --client-id acme-orders --cert acme.pem --key acme.key',
    'token --client-id acme-orders --cert acme.pem --key acme.key --scope orders:read -o json',
    'token --client-id acme-orders    (a client of the demo in the local stack)',
  );
}

/** For showing. Does NOT verify anything. */
function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
