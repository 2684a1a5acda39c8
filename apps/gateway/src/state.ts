import { resolve } from 'node:path';
import { createTokenVerifier, type DenyFeed, type TokenVerifier } from '@holdfast/cnf-token-verification';
import { ResourceGuard, systemPorts } from '@holdfast/resource-guard';
import type { GatewayPlan, RoutePlan } from './configuration/plan.js';
import { HeaderRules } from './forwarding/header-rules.js';
import { Upstream } from './forwarding/upstream.js';
import { Assertions } from './identity/assertion.js';
import { IdentityHeaders } from './identity/identity-headers.js';
import { metadataOf, metadataUrl, type ResourceMetadata } from './resource-metadata.js';
import { RateLimit } from './rate-limit.js';

/** A route with what it needs to serve calls. */
export interface LiveRoute extends RoutePlan {
  /** Undefined on a public route: nothing is asked of the caller. */
  readonly guard: ResourceGuard | undefined;
  readonly backend: Upstream | undefined;
  readonly rateLimit: RateLimit | undefined;
}

/**
 * One gateway file at work. A request belongs to the state that it began with until its end; after a change the next
 * request gets the next state, whole.
 */
export class GatewayState {
  readonly routes: readonly LiveRoute[];
  readonly headers: HeaderRules;
  readonly identity: IdentityHeaders;
  readonly assertions: Assertions | undefined;
  /** By URL. */
  readonly metadata: ReadonlyMap<string, ResourceMetadata>;
  private readonly upstreams: ReadonlyMap<string, Upstream>;
  private readonly verifiers: ReadonlyMap<string, TokenVerifier>;
  private deciding = 0;
  private onIdle: () => void = () => undefined;
  private readonly stopRefreshing: readonly (() => void)[];

  /** Throws `PolicyInvalid` if the issuers cannot be used as they are written. */
  constructor(
    readonly plan: GatewayPlan,
    onKeysError: (error: unknown) => void,
    denyFeed?: DenyFeed,
  ) {
    const { policies, upstreams, issuerTls, directory, identity, strip, assertion, metadata } = plan;
    const { fetch, readFile } = systemPorts(issuerTls);
    const ports = { fetch, denyFeed, readFile: (name: string) => readFile!(resolve(directory, name)) };
    this.verifiers = new Map([...policies].map(([key, policy]) => [key, createTokenVerifier(policy, ports)]));
    this.upstreams = new Map([...upstreams].map(([name, one]) => [name, new Upstream(one)]));
    this.metadata = metadata ? metadataOf(plan) : new Map();
    this.routes = plan.routes.map((route) => this.liven(route));
    const own = [
      ...Object.values(identity),
      ...strip,
      ...(assertion === undefined ? [] : [assertion.header]),
    ];
    this.headers = new HeaderRules(own);
    this.identity = new IdentityHeaders(identity);
    this.assertions = assertion && new Assertions(assertion);
    const clock = (): Date => new Date();
    this.stopRefreshing = [...this.verifiers.values()].map((one) => one.keepFresh(clock, onKeysError));
  }

  /** Throws if tokens of an issuer cannot be verified at the moment. */
  async requireReady(): Promise<void> {
    await Promise.all([...this.verifiers.values()].map((one) => one.requireReady(new Date())));
  }

  /** Does something for a call that began with this state: its upstreams stay open until it is done. */
  async during(work: () => Promise<void>): Promise<void> {
    this.deciding += 1;
    try {
      await work();
    } finally {
      this.deciding -= 1;
      if (this.deciding === 0) this.onIdle();
    }
  }

  /** Lets calls under way finish, then closes the connections to upstreams. No new call may begin with it. */
  async retire(): Promise<void> {
    for (const stop of this.stopRefreshing) stop();
    if (this.deciding > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    await Promise.all([...this.upstreams.values()].map((upstream) => upstream.retire()));
  }

  private liven(route: RoutePlan): LiveRoute {
    const { policy, upstream, rate } = route;
    const resourceMetadata = policy === undefined ? undefined : this.metadataFor(policy);
    return {
      ...route,
      backend: upstream === undefined ? undefined : this.upstreams.get(upstream),
      rateLimit: rate && new RateLimit(rate),
      guard:
        policy === undefined
          ? undefined
          : new ResourceGuard({
              verifier: this.verifiers.get(policy)!,
              ...(resourceMetadata !== undefined && { resourceMetadata }),
            }),
    };
  }

  private metadataFor(policy: string): string | undefined {
    const url = metadataUrl(this.plan.policies.get(policy)!);
    return url !== undefined && this.metadata.has(url.href) ? url.href : undefined;
  }
}
