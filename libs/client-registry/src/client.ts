import {
  matchesRegisteredName,
  type Certificate,
  type OcspResponse,
  type RegisteredName,
  type RevocationList,
  type TrustAnchor,
  type VerifiedPath,
} from '@holdfast/certificate-validation';
import { DENY_FEED_SCOPE, type ClientId } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { AuthMethod, RevocationMode, Status } from './entities.js';

/** A trust anchor of the registry, with what is at hand to judge revocation under it. */
export interface RegisteredAnchor extends TrustAnchor {
  readonly id: string;
  /** Suspended, it vouches for nobody. */
  readonly status: Status;
  readonly revocation: {
    readonly mode: RevocationMode;
    readonly lists: readonly RevocationList[];
    /** The OCSP responses at hand that were asked for about the certificate with this thumbprint. */
    readonly responsesAbout: (thumbprint: CertificateThumbprint) => readonly OcspResponse[];
  };
}

/** A registered name together with the one anchor that may vouch for it. */
export interface AnchoredName {
  readonly credentialId: string;
  readonly name: RegisteredName;
  readonly anchor: RegisteredAnchor;
}

/** How a client proves itself, ready for use: parsed once when the registry is read. */
export type ClientAuthentication =
  | {
      readonly method: Extract<AuthMethod, 'tls_client_auth'>;
      readonly names: readonly AnchoredName[];
      readonly anchors: readonly RegisteredAnchor[];
      /** Stored with the anchors, for clients that send their leaf only. */
      readonly intermediates: readonly Certificate[];
    }
  | {
      readonly method: Extract<AuthMethod, 'self_signed_tls_client_auth'>;
      /** By their thumbprints: certificates that count as such, and keys that count in any certificate. */
      readonly pins: {
        readonly certificates: ReadonlySet<CertificateThumbprint>;
        readonly keys: ReadonlySet<string>;
      };
      /** `undefined`: the client has no `jwks_uri`. */
      readonly keySet: FetchedKeySet | undefined;
    };

/** The certificates that a client's `jwks_uri` held when it was fetched last. */
export interface FetchedKeySet {
  /** The credential that names the `jwks_uri`. */
  readonly credentialId: string;
  readonly certificates: ReadonlySet<CertificateThumbprint>;
  /** After that they count for nothing; `undefined`: nothing was fetched yet. */
  readonly freshUntil: Date | undefined;
}

/** Scopes by audience. */
export type GrantedScopes = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * A registered client with everything that a decision about it needs. Immutable: a change of the registry
 * replaces the object, so whatever was derived from it can be remembered by its identity.
 */
export class Client {
  constructor(
    readonly id: ClientId,
    readonly partnerId: string,
    readonly status: Status,
    readonly partnerStatus: Status,
    readonly authentication: ClientAuthentication,
    readonly grants: GrantedScopes,
  ) {}

  /**
   * Whether the leaf of a verified path carries a name registered for this client *under the anchor that the path
   * ends at* (RFC 8705 §2.1, §7.4): the same name from another authority of the partner does not count, nor one under an
   * anchor that is suspended.
   */
  isIdentifiedBy({ leaf, anchor }: VerifiedPath<RegisteredAnchor>): boolean {
    return this.anchorsNaming(leaf).some(({ id, status }) => id === anchor.id && status === 'active');
  }

  /** Whether the leaf carries a registered name, but only under anchors that are suspended: its path is of no interest. */
  isNamedUnderSuspendedOnly(leaf: Certificate): boolean {
    const anchors = this.anchorsNaming(leaf);
    return anchors.length > 0 && anchors.every(({ status }) => status === 'suspended');
  }

  private anchorsNaming(leaf: Certificate): readonly RegisteredAnchor[] {
    if (this.authentication.method !== 'tls_client_auth') return [];
    return this.authentication.names
      .filter(({ name }) => matchesRegisteredName(leaf, name))
      .map(({ anchor }) => anchor);
  }

  /**
   * Whether the certificate with these thumbprints is registered for the client (RFC 8705 §2.2), or its key where a
   * pin says that the key is enough, or stands in its key set, if that is fresh. The key of any other certificate is not
   * enough.
   *
   * Does NOT verify the certificate's signature: that its sender holds the key is what the handshake proves.
   */
  hasPinned(thumbprint: CertificateThumbprint, keyThumbprint: string, now: Date): boolean {
    if (this.authentication.method !== 'self_signed_tls_client_auth') return false;
    const { pins, keySet } = this.authentication;
    return (
      pins.certificates.has(thumbprint) ||
      pins.keys.has(keyThumbprint) ||
      (keySet?.freshUntil !== undefined && now <= keySet.freshUntil && keySet.certificates.has(thumbprint))
    );
  }

  /**
   * What the client gets for a request: the requested scopes if all are granted for the target, or all that is
   * granted when none was named. An absent target is the only granted one.
   */
  authorize(resources: readonly string[], scopes: readonly string[] | undefined): Authorization {
    const [audience = this.onlyAudience()] = resources;
    if (audience === undefined)
      return refused(this.grants.size === 0 ? 'target_not_granted' : 'target_required');
    const granted = this.grants.get(audience);
    if (granted === undefined) return refused('target_not_granted');
    if (scopes === undefined) return { authorized: true, audience, scopes: [...granted] };
    return scopes.every((scope) => granted.has(scope))
      ? { authorized: true, audience, scopes }
      : refused('scope_not_granted');
  }

  /** Whoever may read the deny feed needs no token for it, so that it is never the one that is meant. */
  private onlyAudience(): string | undefined {
    const [only, ...more] = [...this.grants].filter(
      ([, scopes]) => scopes.size > 1 || !scopes.has(DENY_FEED_SCOPE),
    );
    return more.length === 0 ? only?.[0] : undefined;
  }
}

export type Authorization =
  | { readonly authorized: true; readonly audience: string; readonly scopes: readonly string[] }
  | {
      readonly authorized: false;
      readonly denial: 'target_not_granted' | 'target_required' | 'scope_not_granted';
    };

function refused(denial: Extract<Authorization, { authorized: false }>['denial']): Authorization {
  return { authorized: false, denial };
}
