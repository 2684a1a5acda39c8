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
import { ServiceUnavailable, type ClientId, type TokenDenial } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint, PresentedCertificate } from '@holdfast/token-binding';
import { denialForLeaf, denialForPath } from './denial.js';
import { stoppedByRevocation } from './stopped-by-revocation.js';
import { EvidenceStore, type CertificatePolicy, type Evidence, type JudgedPath } from './evidence.js';

/** How clients are authenticated. Every member is spelled out by the app: there are no defaults here. */
export interface AuthenticationPolicy {
  /** Lifetime of a token, seconds; at most `freshnessSeconds`. */
  readonly lifetimeSeconds: number;
  /** B: nothing issued outlives the last confirmed reading of the registry by more than this. Seconds. */
  readonly freshnessSeconds: number;
  readonly certificates: CertificatePolicy;
}

/** Says where the status of certificates under an anchor is published, so that it is fetched. Called often; must not wait. */
export type WantStatus = (anchorId: string, sources: readonly StatusSource[]) => void;

/** Says that a key set lacks a certificate that was presented, so that it is fetched again. Called often; must not wait. */
export type WantKeySet = (credentialId: string) => void;

/** Why a client is refused, complete for caller, log and audit. */
export interface Denial {
  readonly denial: TokenDenial;
  /** The client that *proved* to be itself; undefined while unproven, whatever `client_id` says. */
  readonly proven: Client | undefined;
  /** For the operator only. */
  readonly detail: { readonly [key: string]: AuditValue };
}

/** A client that has proven to be itself and may act. */
export interface AuthenticatedClient {
  readonly client: Client;
  readonly thumbprint: CertificateThumbprint;
  /** Seconds that a token may live now. */
  readonly lifetime: number;
  /** Why it is not known whether the certificate is revoked, where the anchor accepts that (soft). */
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

/**
 * Client authentication by mutual TLS (RFC 8705 §2), alike at the token, introspection and revocation endpoints and at the
 * deny feed.
 */
export class AuthenticateClient {
  private readonly evidence = new EvidenceStore();

  constructor(
    private readonly clients: ClientDirectory,
    private readonly policy: AuthenticationPolicy,
    private readonly wantStatus: WantStatus,
    private readonly wantKeySet: WantKeySet,
  ) {}

  /**
   * The client that may act, or why not: whose certificate it is, then whether it is blocked or the client suspended. Throws
   * `ServiceUnavailable` while the registry is not confirmed. Records nothing.
   */
  decide(
    clientId: ClientId,
    presented: PresentedCertificate | undefined,
    now: Date,
  ): AuthenticatedClient | Denial {
    const authenticated = this.authenticate(clientId, presented, now);
    if (isDenied(authenticated)) return authenticated;
    const { client, thumbprint } = authenticated;
    if (this.clients.denyList.blocks(thumbprint, now.getTime() / 1_000))
      return denied('certificate_blocked', { thumbprint }, client);
    if (client.partnerStatus !== 'active') return denied('partner_suspended', { thumbprint }, client);
    if (client.status !== 'active') return denied('client_suspended', { thumbprint }, client);
    return authenticated;
  }

  /**
   * Whether the certificate is that of the client, whatever the client may have. Of a "no" nothing more is said, because
   * whoever asks has proven nothing.
   */
  isOwnCertificate(clientId: ClientId, presented: PresentedCertificate, now: Date): boolean {
    return !isDenied(this.authenticate(clientId, presented, now));
  }

  /** RFC 8705 §2: facts of the certificate alone, then the client, then whether the one is the other's. */
  private authenticate(
    clientId: ClientId,
    presented: PresentedCertificate | undefined,
    now: Date,
  ): AuthenticatedClient | Denial {
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
  ): IdentifiedClient | Denial {
    const { thumbprint } = evidence;
    const client = this.clients.findById(clientId);
    if (client === undefined) return denied('client_unknown', { thumbprint });
    const { authentication } = client;
    if (authentication.method === 'self_signed_tls_client_auth') {
      const isPinned = client.hasPinned(thumbprint, publicKeyThumbprint(leaf), now);
      if (isPinned) return { client, path: undefined };
      if (authentication.keySet !== undefined) this.wantKeySet(authentication.keySet.credentialId);
      return denied('certificate_not_registered', { thumbprint });
    }
    const path = evidence.pathFor(client, authentication, leaf, this.policy.certificates, now);
    if (path === undefined) {
      const denial = client.isNamedUnderSuspendedOnly(leaf)
        ? 'anchor_suspended'
        : 'certificate_not_registered';
      return denied(denial, { thumbprint });
    }
    const { verdict } = path;
    if (!verdict.trusted) {
      const { fault, depth } = verdict;
      return denied(denialForPath(fault), { thumbprint, fault, depth });
    }
    this.wantStatus(verdict.path.anchor.id, path.statusSources);
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
}

/** Whether it is a refusal. */
export const isDenied = (result: object): result is Denial => 'denial' in result;

/**
 * The refusal of a leaf for servers only that no anchor excepts. It is the one that the leaf alone would get, whatever
 * the registry holds, or the answer would show which clients and exceptions there are (RFC 6749 §5.2). Why no exception
 * let it in is for the operator.
 */
function unexcepted(unfit: Denial, { denial, detail: { fault, depth } }: Denial): Denial {
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

/** A refusal; `proven` is the client once it has proven to be itself. */
export function denied(denial: TokenDenial, detail: Denial['detail'] = {}, proven?: Client): Denial {
  return { denial, detail, proven };
}
