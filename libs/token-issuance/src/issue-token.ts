import {
  isForServersOnly,
  judgeLeaf,
  publicKeyThumbprint,
  type Certificate,
  type StatusSource,
  type UnknownCause,
} from '@holdfast/certificate-validation';
import type { AuditValue } from '@holdfast/audit-trail';
import type { Client, ClientDirectory } from '@holdfast/client-registry';
import {
  isResourceIndicator,
  ServiceUnavailable,
  type ClientId,
  type TokenDenial,
  type TokenRequest,
} from '@holdfast/oauth-protocol';
import {
  toConfirmation,
  type CertificateThumbprint,
  type PresentedCertificate,
} from '@holdfast/token-binding';
import type { AccessTokenClaims, AccessTokenSigner, IssuedToken } from './access-token.js';
import { denialForLeaf, denialForPath, refusal } from './denial.js';
import { EvidenceStore, type CertificatePolicy, type Evidence, type JudgedPath } from './evidence.js';
import { stoppedByRevocation } from './stopped-by-revocation.js';
import type { DecisionRecorder } from './decision-recorder.js';

/** How tokens are issued. Every member is spelled out by the app: there are no defaults here. */
export interface IssuancePolicy {
  readonly issuer: string;
  readonly environment: string;
  /** Lifetime of a token, seconds; at most `freshnessSeconds`. */
  readonly lifetimeSeconds: number;
  /** B: nothing issued outlives the last confirmed reading of the registry by more than this. Seconds. */
  readonly freshnessSeconds: number;
  readonly certificates: CertificatePolicy;
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
  /** Says where the status of certificates under an anchor is published, so that it is fetched. Called often; must not wait. */
  wantStatus(anchorId: string, sources: readonly StatusSource[]): void;
  /** Says that a token was issued although it is not known whether the certificate is revoked (soft). */
  acceptedUnknown(cause: UnknownCause): void;
}

/** What was decided, complete for caller, log and audit. */
export type TokenDecision = GrantedToken | DeniedToken;

export interface GrantedToken {
  readonly granted: true;
  readonly claims: AccessTokenClaims;
  /** Why it is not known whether the certificate is revoked, where the anchor accepts that (soft). */
  readonly unknownRevocation: UnknownCause | undefined;
}

export interface DeniedToken {
  readonly granted: false;
  readonly denial: TokenDenial;
  /** The client that *proved* to be itself; undefined while unproven, whatever `client_id` says. */
  readonly proven: Client | undefined;
  /** For the operator only. */
  readonly detail: { readonly [key: string]: AuditValue };
}

/** A client that has proven to be itself, and what of that the token needs. */
interface AuthenticatedClient {
  readonly client: Client;
  readonly thumbprint: CertificateThumbprint;
  /** Seconds. */
  readonly lifetime: number;
  readonly unknownRevocation: UnknownCause | undefined;
}

/** Whose certificate was presented. */
interface IdentifiedClient {
  readonly client: Client;
  /** `undefined` where the certificate itself is registered, which asks for no path. */
  readonly path: JudgedPath | undefined;
}

/** A token that would live shorter than this is of no use: then the service is unavailable instead. Seconds. */
const SHORTEST_USEFUL_LIFE = 60;

/** Client credentials grant over mutual TLS: RFC 6749 §4.4 with RFC 8705 §2 and §3. */
export class IssueToken {
  private readonly evidence = new EvidenceStore();

  constructor(
    private readonly clients: ClientDirectory,
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
    if (!decision.granted) {
      await this.recorder.recordDenial(request, decision, context);
      throw refusal(decision.denial, decision.detail);
    }
    const accessToken = await this.signer.sign(decision.claims);
    await this.recorder.recordGrant(decision, context);
    if (decision.unknownRevocation !== undefined) this.world.acceptedUnknown(decision.unknownRevocation);
    const { exp, iat, scope } = decision.claims;
    return { accessToken, expiresIn: exp - iat, scope };
  }

  /**
   * Whether the certificate is that of the client, whatever the client may have: RFC 8705 §2 without a token. Of a
   * "no" nothing more is said, because whoever asks has proven nothing. Records nothing.
   */
  authenticates(clientId: ClientId, presented: PresentedCertificate): boolean {
    return !isDenied(this.authenticate(clientId, presented, this.world.now()));
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
    const authenticated = this.authenticate(request.clientId, presented, now);
    if (isDenied(authenticated)) return authenticated;
    const { client, thumbprint, lifetime, unknownRevocation } = authenticated;

    if (client.partnerStatus !== 'active') return denied('partner_suspended', { thumbprint }, client);
    if (client.status !== 'active') return denied('client_suspended', { thumbprint }, client);

    const { resources, scopes } = request;
    if (resources.length > 1 || !resources.every(isResourceIndicator))
      return denied('target_invalid', { thumbprint }, client);
    const authorized = client.authorize(resources, scopes);
    if (!authorized.authorized) return denied(authorized.denial, { thumbprint, ...asked(request) }, client);

    const claims = this.claimsFor(client, authorized.audience, authorized.scopes, thumbprint, lifetime, now);
    return { granted: true, claims, unknownRevocation };
  }

  /** RFC 8705 §2: facts of the certificate alone, then the client, then whether the one is the other's. */
  private authenticate(
    clientId: ClientId,
    presented: PresentedCertificate | undefined,
    now: Date,
  ): AuthenticatedClient | DeniedToken {
    if (presented === undefined) return denied('certificate_absent');
    const { proxyRefusal } = presented;
    if (proxyRefusal !== undefined) return denied('certificate_refused_by_proxy', { proxyRefusal });
    const evidence = this.evidence.of(presented);
    const { leaf, thumbprint } = evidence;
    if (!leaf.parsed) return denied(denialForLeaf(leaf.fault), { thumbprint, fault: leaf.fault });
    const judged = judgeLeaf(leaf.certificate, now);
    const unfit = judged.sound
      ? undefined
      : denied(denialForLeaf(judged.fault), { thumbprint, fault: judged.fault });
    // Only an anchor can say whether a leaf for servers only counts (ADR 0015).
    if (unfit !== undefined && !isForServersOnly(leaf.certificate, now)) return unfit;

    const lifetime = this.usefulLifetime();
    const identified = this.identify(clientId, evidence, leaf.certificate, now);
    if (isDenied(identified)) return unfit === undefined ? identified : unexcepted(unfit, identified);
    const { client, path } = identified;
    if (unfit !== undefined && path === undefined) return unfit;
    const stopped = path && stoppedByRevocation(path);
    if (stopped !== undefined) return denied(stopped.denial, { thumbprint, ...stopped.detail });
    return { client, thumbprint, lifetime, unknownRevocation: path && unknownRevocation(path) };
  }

  /** Whose certificate it is: that of the client, by its registered method, never one inferred from what was presented. */
  private identify(
    clientId: ClientId,
    evidence: Evidence,
    leaf: Certificate,
    now: Date,
  ): IdentifiedClient | DeniedToken {
    const { thumbprint } = evidence;
    const client = this.clients.findById(clientId);
    if (client === undefined) return denied('client_unknown', { thumbprint });
    const { authentication } = client;
    if (authentication.method === 'self_signed_tls_client_auth') {
      const isPinned = client.hasPinned(thumbprint, publicKeyThumbprint(leaf));
      return isPinned ? { client, path: undefined } : denied('certificate_not_registered', { thumbprint });
    }
    const path = evidence.pathFor(client, authentication, leaf, this.policy.certificates, now);
    if (path === undefined) return denied('certificate_not_registered', { thumbprint });
    const { verdict } = path;
    if (!verdict.trusted) {
      const { fault, depth } = verdict;
      return denied(denialForPath(fault), { thumbprint, fault, depth });
    }
    this.world.wantStatus(verdict.path.anchor.id, path.statusSources);
    return { client, path };
  }

  /**
   * Seconds a token may live: its normal lifetime, less if the registry has not been confirmed for a while
   * (`exp ≤ last confirmed reading + B`). A change that we may have missed must not be outlived.
   */
  private usefulLifetime(): number {
    const left = this.policy.freshnessSeconds - this.clients.ageMs() / 1_000;
    const lifetime = Math.min(this.policy.lifetimeSeconds, Math.floor(left));
    if (lifetime < SHORTEST_USEFUL_LIFE) throw new ServiceUnavailable('registry_stale', 5);
    return lifetime;
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

const isDenied = (result: AuthenticatedClient | IdentifiedClient | DeniedToken): result is DeniedToken =>
  'denial' in result;

/**
 * The refusal of a leaf for servers only that no anchor excepts. It is the one that the leaf alone would get, whatever
 * the registry holds, or the answer would show which clients and exceptions there are (RFC 6749 §5.2). Why no exception
 * let it in is for the operator.
 */
function unexcepted(unfit: DeniedToken, { denial, detail: { fault, depth } }: DeniedToken): DeniedToken {
  if (denial === unfit.denial) return unfit;
  const exception = {
    reason: denial,
    ...(fault !== undefined && { fault }),
    ...(depth !== undefined && { depth }),
  };
  return { ...unfit, detail: { ...unfit.detail, exception } };
}

function unknownRevocation({ revocation }: JudgedPath): UnknownCause | undefined {
  return revocation?.status === 'unknown' ? revocation.cause : undefined;
}

function denied(denial: TokenDenial, detail: DeniedToken['detail'] = {}, proven?: Client): DeniedToken {
  return { granted: false, denial, detail, proven };
}

function asked({ resources, scopes }: TokenRequest): DeniedToken['detail'] {
  return { resource: resources[0]?.slice(0, 256) ?? null, scope: scopes?.join(' ').slice(0, 256) ?? null };
}
