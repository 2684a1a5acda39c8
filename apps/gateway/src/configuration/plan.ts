import type { TokenPolicyInput } from '@holdfast/cnf-token-verification';
import type { DenyFeedAddress, IssuerTls, RouteAccess } from '@holdfast/resource-guard';
import type { ExchangeLimits } from '../forwarding/exchange.js';
import type { BodyLimits } from '../forwarding/request-body.js';
import type { UpstreamPlan } from '../forwarding/upstream.js';
import type { AssertionPlan } from '../identity/assertion.js';
import type { IdentityHeaderNames } from '../identity/identity-headers.js';
import type { Rate } from '../rate-limit.js';
import type { RouteMatch } from '../routing/route-table.js';

/** How the proxy in front describes the request that it asks about. */
export type VerifyStyle = 'nginx' | 'traefik' | 'envoy';

/** What the gateway file says, complete and free of contradictions. */
export interface GatewayPlan {
  readonly routes: readonly RoutePlan[];
  readonly upstreams: ReadonlyMap<string, UpstreamPlan>;
  /** Whose tokens are accepted, by what the routes ask for. */
  readonly policies: ReadonlyMap<string, TokenPolicyInput>;
  readonly issuerTls: IssuerTls;
  /** The deny feed that is followed, read as the client of `issuerTls`. */
  readonly denyFeed: DenyFeedAddress | undefined;
  readonly identity: IdentityHeaderNames;
  /** More header names that clients may not send to upstreams. */
  readonly strip: readonly string[];
  readonly assertion: AssertionPlan | undefined;
  readonly verifyStyle: VerifyStyle | undefined;
  readonly metadata: boolean;
  /** Relative names in the file are relative to it. */
  readonly directory: string;
}

export interface RoutePlan extends RouteMatch {
  readonly access: RouteAccess;
  /** Key of `policies`; undefined on a public route. */
  readonly policy: string | undefined;
  /** Key of `upstreams`; undefined: the route is for `/verify` alone. */
  readonly upstream: string | undefined;
  readonly webSocket: boolean;
  readonly limits: ExchangeLimits;
  readonly body: BodyLimits;
  readonly rate: Rate | undefined;
}
