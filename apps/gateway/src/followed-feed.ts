import type { DenyFeed } from '@holdfast/cnf-token-verification';
import { DenyFeedFollower } from '@holdfast/resource-guard';
import type { GatewayPlan } from './configuration/plan.js';

/**
 * The deny feed of the gateway file at work. It outlives a change of the file that does not concern it: a feed that is
 * followed anew knows nothing for a moment, and calls would be answered with 503.
 */
export class FollowedFeed {
  private following: { readonly key: string; readonly follower: DenyFeedFollower } | undefined;

  constructor(private readonly onError: (error: unknown) => void) {}

  /** The feed of this plan, followed from now on; nothing if it has none. What was followed for another is given up. */
  for({ denyFeed, issuerTls }: GatewayPlan): DenyFeed | undefined {
    const key = JSON.stringify([denyFeed, issuerTls]);
    if (this.following?.key === key) return this.following.follower.feed;
    void this.stop();
    if (denyFeed === undefined) return undefined;
    const follower = new DenyFeedFollower(denyFeed, issuerTls, () => new Date(), this.onError).start();
    this.following = { key, follower };
    return follower.feed;
  }

  async stop(): Promise<void> {
    const { following } = this;
    this.following = undefined;
    await following?.follower.stop();
  }
}
