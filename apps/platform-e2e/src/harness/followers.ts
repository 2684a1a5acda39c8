import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppProcess } from './app-process.js';
import { beside, type Beside } from './beside.js';
import { newDirectory } from './run-directory.js';
import { settingsOf, type StackUnderTest } from './stack-under-test.js';

/** Something that follows the deny feed and serves the sample API. */
export interface Follower {
  readonly url: string;
  readonly process: AppProcess;
}

/** What the silence of the feed means, as policies write it. */
export type DenyFeedPolicy =
  { readonly mode: 'strict' } | { readonly mode: 'bounded'; readonly boundSeconds: number };

/** The sample API once more, following the feed as that of the stack does, but for what its silence means. */
export async function startFollowingApi(
  stack: StackUnderTest,
  mode: DenyFeedPolicy['mode'],
): Promise<Follower> {
  return start(await beside(stack, 'resource-server', { DENY_FEED_MODE: mode }));
}

/** The gateway of the stack once more. */
export async function startFollowingGateway(
  stack: StackUnderTest,
  denyFeed: DenyFeedPolicy,
): Promise<Follower> {
  const [, ...json] = readFileSync(settingsOf(stack).gatewayFile, 'utf8').split('\n');
  const own = JSON.parse(json.join('\n')) as { readonly tokens: object };
  const file = join(newDirectory('following-gateway'), 'gateway.yaml');
  writeFileSync(file, JSON.stringify({ ...own, tokens: { ...own.tokens, denyFeed } }));
  return start(await beside(stack, 'gateway', { GATEWAY_FILE: file }));
}

async function start({ application, url }: Beside): Promise<Follower> {
  return { url, process: await AppProcess.start(application, newDirectory('follower')) };
}
