import { afterEach, describe, expect, it } from '@jest/globals';
import type { GatewayPlan } from './configuration/plan.js';
import { FollowedFeed } from './followed-feed.js';

const ADDRESS = {
  issuer: 'https://as.example',
  endpoint: 'https://localhost:1/deny-feed',
  jwksUri: 'https://localhost:1/jwks',
  clientId: 'gateway',
};
const plan = (change: Partial<GatewayPlan>): GatewayPlan =>
  ({ denyFeed: ADDRESS, issuerTls: {}, routes: [], ...change }) as unknown as GatewayPlan;

describe('FollowedFeed', () => {
  const errors: unknown[] = [];
  const feed = new FollowedFeed((error) => errors.push(error));
  afterEach(() => feed.stop());

  it('outlives a change of the file that does not concern it, and no other', () => {
    const first = feed.for(plan({}));
    expect(feed.for(plan({ strip: ['x-other'] }))).toBe(first);
    expect(feed.for(plan({ denyFeed: { ...ADDRESS, clientId: 'another' } }))).not.toBe(first);
    expect(feed.for(plan({ denyFeed: undefined }))).toBeUndefined();
  });

  it('has confirmed nothing before it has heard anything', () => {
    expect(feed.for(plan({}))?.confirmedAt()).toBeUndefined();
  });
});
