import type { Reason } from '@holdfast/oauth-protocol';

/** JSON values without floating point: what can be written canonically. */
export type AuditValue =
  string | number | boolean | null | readonly AuditValue[] | { readonly [key: string]: AuditValue };

/** What can happen. A new kind is added here, never spelled in place. */
export const AUDIT_KINDS = [
  'token.issued',
  'token.refused',
  'token.refusals_suppressed',
  'partner.created',
  'partner.renamed',
  'partner.suspended',
  'partner.resumed',
  'anchor.added',
  'anchor.exception_set',
  'anchor.exception_ended',
  'anchor.suspended',
  'anchor.resumed',
  'revocation_list.stored',
  'ocsp_response.stored',
  'ocsp_response.removed',
  'key_set.stored',
  'client.created',
  'client.suspended',
  'client.resumed',
  'credential.added',
  'credential.retired',
  'credential.revoked',
  'certificate.blocked',
  'certificate.unblocked',
  'token.revoked',
  'resource.created',
  'grant.added',
  'grant.removed',
  'signing_key.created',
  'signing_key.rotation_ordered',
  'signing_key.withdrawn',
  'registry.bootstrapped',
  'owner.invited',
  'owner.recovered',
  'link.used',
  'passkey.added',
  'passkey.renamed',
  'passkey.removed',
  'session.opened',
  'session.closed',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** One thing that happened, complete in itself. No token, key or certificate body is ever part of it. */
export interface AuditEvent {
  readonly kind: AuditKind;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  /** Who did it: a client id, an account id, or `host` for a command on the machine. */
  readonly actor: string;
  readonly requestId: string | null;
  readonly partnerId: string | null;
  readonly clientId: string | null;
  readonly reason: Reason | null;
  readonly detail: { readonly [key: string]: AuditValue };
}

/**
 * A refusal before a client identity is proven. A stranger can cause any number of these, so they are counted
 * per reason, source and minute with a few samples; never chained, never spooled.
 */
export interface UnprovenRefusal {
  readonly at: string;
  readonly reason: Reason;
  /** The address of the peer as the TLS socket reports it. */
  readonly source: string;
  readonly requestId: string;
  /** As claimed by the caller, unproven. */
  readonly clientId: string | null;
  readonly detail: { readonly [key: string]: AuditValue };
}
