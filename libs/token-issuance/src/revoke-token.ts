import type { TokenQuestion } from '@holdfast/oauth-protocol';
import type { PresentedCertificate } from '@holdfast/token-binding';
import type { AccessTokenClaims } from './access-token.js';
import { isDenied, type AuthenticateClient } from './authenticate-client.js';
import type { DecisionRecorder } from './decision-recorder.js';
import type { OwnTokenReader } from './introspect-token.js';
import type { RequestContext } from './issue-token.js';

/** Where it is kept that a token no longer counts. */
export interface TokenRevocations {
  /** Resolves when it is durable and every replica will hear of it. Throws `ServiceUnavailable` if it cannot be. */
  revoke(claims: AccessTokenClaims, context: RequestContext): Promise<void>;
}

/** Token revocation (RFC 7009): a client takes back its own token. */
export class RevokeToken {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly tokens: OwnTokenReader,
    private readonly revocations: TokenRevocations,
    private readonly recorder: DecisionRecorder,
    private readonly now: () => Date,
  ) {}

  /**
   * Takes the token back if it is the caller's own and still alive. Anything else is answered alike and changes nothing
   * (§2.2), also a token of another client (§2.1). Throws `OAuthError` if the caller does not authenticate.
   */
  async execute(
    { clientId, token }: TokenQuestion,
    presented: PresentedCertificate | undefined,
    context: RequestContext,
  ): Promise<void> {
    const now = this.now();
    const caller = this.clients.decide(clientId, presented, now);
    if (isDenied(caller)) return this.recorder.refuse(clientId, caller, context);
    const own = await this.tokens.read(token);
    if (own === undefined || own.claims.client_id !== caller.client.id) return;
    if (own.claims.exp > now.getTime() / 1_000) await this.revocations.revoke(own.claims, context);
  }
}
