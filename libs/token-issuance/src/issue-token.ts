import type { UnknownCause } from '@holdfast/certificate-validation';
import type { Client } from '@holdfast/client-registry';
import { isResourceIndicator, type TokenRequest } from '@holdfast/oauth-protocol';
import {
  toConfirmation,
  type CertificateThumbprint,
  type PresentedCertificate,
} from '@holdfast/token-binding';
import type { AccessTokenClaims, AccessTokenSigner, IssuedToken } from './access-token.js';
import {
  denied,
  isDenied,
  type AuthenticateClient,
  type AuthenticationPolicy,
  type Denial,
} from './authenticate-client.js';
import type { DecisionRecorder } from './decision-recorder.js';

/** How tokens are issued. Every member is spelled out by the app: there are no defaults here. */
export interface IssuancePolicy extends AuthenticationPolicy {
  readonly issuer: string;
  readonly environment: string;
}

/** Where a request came from, for the record. */
export interface RequestContext {
  readonly requestId: string;
  /** The peer's address as the socket reports it, or the client's as an authenticated proxy does. */
  readonly source: string;
  /** The name of the proxy that forwarded the certificate; absent where TLS ended here. */
  readonly proxy?: string;
}

/** Time and chance, which come in through the door. */
export interface IssuanceWorld {
  now(): Date;
  /** A `jti` that no other token has. */
  newTokenId(): string;
  /** Says that a token was issued although it is not known whether the certificate is revoked (soft). */
  acceptedUnknown(cause: UnknownCause): void;
}

/** What was decided, complete for caller, log and audit. */
export type TokenDecision = GrantedToken | Denial;

export interface GrantedToken {
  readonly claims: AccessTokenClaims;
  /** Why it is not known whether the certificate is revoked, where the anchor accepts that (soft). */
  readonly unknownRevocation: UnknownCause | undefined;
}

/** Client credentials grant over mutual TLS: RFC 6749 §4.4 with RFC 8705 §2 and §3. */
export class IssueToken {
  constructor(
    private readonly clients: AuthenticateClient,
    private readonly policy: IssuancePolicy,
    private readonly signer: AccessTokenSigner,
    private readonly recorder: DecisionRecorder,
    private readonly world: IssuanceWorld,
  ) {}

  /** Answers a request. The token leaves only after its event is durable. Throws `OAuthError` or `ServiceUnavailable`. */
  async execute(
    request: TokenRequest,
    presented: PresentedCertificate | undefined,
    context: RequestContext,
  ): Promise<IssuedToken> {
    const decision = this.decide(request, presented, this.world.now());
    if (isDenied(decision)) return this.recorder.refuse(request.clientId, decision, context);
    const accessToken = await this.signer.sign(decision.claims);
    await this.recorder.recordGrant(decision, context);
    if (decision.unknownRevocation !== undefined) this.world.acceptedUnknown(decision.unknownRevocation);
    const { exp, iat, scope } = decision.claims;
    return { accessToken, expiresIn: exp - iat, scope };
  }

  /**
   * **The whole decision.** Facts of the certificate alone come before the client is looked up, so that they tell
   * nothing about the registry; what the client may have comes after it has proven to be itself.
   */
  private decide(
    request: TokenRequest,
    presented: PresentedCertificate | undefined,
    now: Date,
  ): TokenDecision {
    const authenticated = this.clients.decide(request.clientId, presented, now);
    if (isDenied(authenticated)) return authenticated;
    const { client, thumbprint, lifetime, unknownRevocation } = authenticated;

    const { resources, scopes } = request;
    if (resources.length > 1 || !resources.every(isResourceIndicator))
      return denied('target_invalid', { thumbprint }, client);
    const authorized = client.authorize(resources, scopes);
    if (!authorized.authorized) return denied(authorized.denial, { thumbprint, ...asked(request) }, client);

    const claims = this.claimsFor(client, authorized.audience, authorized.scopes, thumbprint, lifetime, now);
    return { claims, unknownRevocation };
  }

  private claimsFor(
    client: Client,
    audience: string,
    scopes: readonly string[],
    thumbprint: CertificateThumbprint,
    lifetime: number,
    now: Date,
  ): AccessTokenClaims {
    const iat = Math.floor(now.getTime() / 1_000);
    return {
      iss: this.policy.issuer,
      sub: client.id,
      aud: audience,
      client_id: client.id,
      partner: client.partnerId,
      env: this.policy.environment,
      scope: scopes.join(' '),
      iat,
      exp: iat + lifetime,
      jti: this.world.newTokenId(),
      cnf: toConfirmation(thumbprint),
    };
  }
}

function asked({ resources, scopes }: TokenRequest): Denial['detail'] {
  return { resource: resources[0]?.slice(0, 256) ?? null, scope: scopes?.join(' ').slice(0, 256) ?? null };
}
