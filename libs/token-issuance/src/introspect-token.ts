import type { ClientDirectory } from '@holdfast/client-registry';
import type { TokenFacts, TokenQuestion } from '@holdfast/oauth-protocol';
import type { PresentedCertificate } from '@holdfast/token-binding';
import type { AccessTokenClaims } from './access-token.js';
import { isDenied, type AuthenticateClient } from './authenticate-client.js';
import type { DecisionRecorder } from './decision-recorder.js';
import type { RequestContext } from './issue-token.js';

/** A token of this issuer, its signature verified. That it was read says nothing about whether it still counts. */
export interface OwnToken {
  readonly claims: AccessTokenClaims;
  readonly keyId: string;
}

/** Reads tokens that this issuer has signed. */
export interface OwnTokenReader {
  /** `undefined` for everything that is no access token of this issuer. */
  read(token: string): Promise<OwnToken | undefined>;
}

/** RFC 7662 §2.2 with `cnf` of RFC 8705 §3.2. */
export type Introspection = { readonly active: false } | ({ readonly active: true } & ActiveToken);
export type ActiveToken = AccessTokenClaims & { readonly token_type: 'Bearer' };

const INACTIVE: Introspection = { active: false };

/** What introspection works with. */
export interface IntrospectionPorts {
  readonly clients: AuthenticateClient;
  readonly directory: ClientDirectory;
  readonly tokens: OwnTokenReader;
  readonly recorder: DecisionRecorder;
  readonly issuer: string;
  readonly now: () => Date;
}

/** Token introspection (RFC 7662): for who provides the API that a token is for, and for the token's own client. */
export class IntrospectToken {
  constructor(private readonly ports: IntrospectionPorts) {}

  /**
   * Whether the token counts now. Whatever the caller may not know is the same bare `active: false` (§2.2, §4). Throws
   * `OAuthError` if the caller does not authenticate, `ServiceUnavailable` while the registry is not confirmed: a fault of
   * ours is never `active: false`.
   */
  async execute(
    { clientId, token }: TokenQuestion,
    presented: PresentedCertificate | undefined,
    context: RequestContext,
  ): Promise<Introspection> {
    const { clients, directory, tokens, recorder } = this.ports;
    const now = this.ports.now();
    const caller = clients.decide(clientId, presented, now);
    if (isDenied(caller)) return recorder.refuse(clientId, caller, context);
    const own = await tokens.read(token);
    if (own === undefined || !this.counts(own, now)) return INACTIVE;
    const { claims } = own;
    const isEntitled =
      claims.client_id === caller.client.id || directory.providerOf(claims.aud) === caller.client.partnerId;
    return isEntitled ? { active: true, ...claims, token_type: 'Bearer' } : INACTIVE;
  }

  private counts(own: OwnToken, now: Date): boolean {
    const { directory, issuer } = this.ports;
    const { iss, exp } = own.claims;
    const seconds = now.getTime() / 1_000;
    return iss === issuer && exp > seconds && directory.denyList.find(factsOf(own), seconds) === undefined;
  }
}

/** What the deny list asks about a token. */
export function factsOf({ claims, keyId }: OwnToken): TokenFacts {
  return {
    partner: claims.partner,
    clientId: claims.client_id,
    audience: claims.aud,
    thumbprint: claims.cnf['x5t#S256'],
    tokenId: claims.jti,
    keyId,
    issuedAt: claims.iat,
  };
}
