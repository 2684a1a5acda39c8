import {
  AuditUnavailable,
  RefusalThrottle,
  type AuditEvent,
  type AuditTrail,
  type SuppressedRefusals,
} from '@holdfast/audit-trail';
import { ServiceUnavailable, type ClientId, type RequestRefusal } from '@holdfast/oauth-protocol';
import type { Denial } from './authenticate-client.js';
import { refusal } from './denial.js';
import type { GrantedToken, RequestContext } from './issue-token.js';

/** What can be wrong with a request of a proxy before anybody's certificate is looked at. */
export type ProxyRefusal = Extract<RequestRefusal, `proxy_${string}`>;

/**
 * One decision, one audit event, both outcomes. Before a client is proven, a refusal is counted instead, so that a
 * stranger cannot fill the trail; a proven client's refusals are capped per minute with a `suppressed` count.
 */
export class DecisionRecorder {
  private readonly throttle = new RefusalThrottle();

  constructor(
    private readonly audit: AuditTrail,
    private readonly now: () => Date,
  ) {}

  /** Resolves when the event is durable; throws `ServiceUnavailable` if it cannot be: then no token leaves. */
  recordGrant({ claims, unknownRevocation }: GrantedToken, context: RequestContext): Promise<void> {
    return this.durably({
      kind: 'token.issued',
      actor: claims.client_id,
      requestId: context.requestId,
      partnerId: claims.partner,
      clientId: claims.client_id,
      reason: null,
      detail: {
        jti: claims.jti,
        audience: claims.aud,
        scope: claims.scope,
        expiresAt: claims.exp,
        thumbprint: claims.cnf['x5t#S256'],
        ...originIn(context),
        ...(unknownRevocation === undefined ? {} : { unknownRevocation }),
      },
    });
  }

  /** Records why the client is refused, and refuses it: throws the `OAuthError`, or `ServiceUnavailable` if it cannot be recorded. */
  async refuse(clientId: ClientId, denial: Denial, context: RequestContext): Promise<never> {
    await this.recordDenial(clientId, denial, context);
    throw refusal(denial.denial, denial.detail);
  }

  private async recordDenial(clientId: ClientId, decision: Denial, context: RequestContext): Promise<void> {
    const { denial, proven, detail } = decision;
    const now = this.now();
    if (proven === undefined) {
      const { requestId, source, ...via } = context;
      this.audit.count({
        requestId,
        source,
        at: now.toISOString(),
        reason: denial,
        clientId,
        detail: { ...detail, ...via },
      });
      return;
    }
    if (!this.throttle.admit(proven.id, denial, now.getTime())) return;
    await this.durably({
      kind: 'token.refused',
      actor: proven.id,
      requestId: context.requestId,
      partnerId: proven.partnerId,
      clientId: proven.id,
      reason: denial,
      detail: { ...detail, ...originIn(context) },
    });
  }

  /** Counts a request that came no further than the headers of a proxy. `fault` is for the operator. */
  countProxyRefusal(reason: ProxyRefusal, fault: string, context: RequestContext): void {
    const { requestId, source, ...via } = context;
    const at = this.now().toISOString();
    this.audit.count({ requestId, source, at, reason, clientId: null, detail: { fault, ...via } });
  }

  /** Records what was suppressed in minutes that are over; call it about once a minute. */
  async recordSuppressed(): Promise<void> {
    const pending = [...this.throttle.drain(this.now().getTime())];
    try {
      for (let entry = pending[0]; entry !== undefined; entry = pending[0]) {
        await this.durably(toSuppressedEvent(entry));
        pending.shift();
      }
    } finally {
      this.throttle.restore(pending);
    }
  }

  private async durably(event: Omit<AuditEvent, 'at'>): Promise<void> {
    try {
      await this.audit.record({ ...event, at: this.now().toISOString() });
    } catch (error) {
      if (error instanceof AuditUnavailable) throw new ServiceUnavailable('audit_unavailable', 5, error);
      throw error;
    }
  }
}

function originIn({ source, proxy }: RequestContext): AuditEvent['detail'] {
  return { source, ...(proxy !== undefined && { proxy }) };
}

function toSuppressedEvent({ clientId, reason, suppressed }: SuppressedRefusals): Omit<AuditEvent, 'at'> {
  return {
    kind: 'token.refusals_suppressed',
    actor: clientId,
    requestId: null,
    partnerId: null,
    clientId,
    reason,
    detail: { suppressed },
  };
}
