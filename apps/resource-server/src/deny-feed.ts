import { readFileSync } from 'node:fs';
import type { TokenPolicyInput } from '@holdfast/cnf-token-verification';
import { unusable } from '@holdfast/http-platform';
import { DenyFeedFollower } from '@holdfast/resource-guard';
import type { ResourceServerConfig } from './config.js';

/** The deny feed that this API follows, and what its silence means. */
export interface FollowedFeed {
  readonly follower: DenyFeedFollower;
  readonly policy: NonNullable<TokenPolicyInput['denyFeed']>;
}

const NAMES = [
  'DENY_FEED_URL',
  'DENY_FEED_JWKS_URI',
  'DENY_FEED_CLIENT_ID',
  'DENY_FEED_CERTIFICATE_FILE',
  'DENY_FEED_PRIVATE_KEY_FILE',
] as const;

/** The follower as configured, not started; nothing if no feed is. Throws if only a part of it is there. */
export function readDenyFeed(
  config: ResourceServerConfig,
  onError: (error: unknown) => void,
): FollowedFeed | undefined {
  const values = NAMES.map((name) => config[name]);
  const [endpoint, jwksUri, clientId, certificateFile, privateKeyFile] = values;
  if (values.every((value) => value === undefined)) return undefined;
  if (!endpoint || !jwksUri || !clientId || !certificateFile || !privateKeyFile)
    throw unusable(`${NAMES.join(', ')}: set all of them, or none`);
  const tls = {
    cert: readFileSync(certificateFile),
    key: readFileSync(privateKeyFile),
    ...(config.ISSUER_CA_FILE !== undefined && { ca: readFileSync(config.ISSUER_CA_FILE) }),
  };
  const address = { issuer: config.ISSUER, endpoint, jwksUri, clientId };
  return {
    follower: new DenyFeedFollower(address, tls, () => new Date(), onError),
    policy: { mode: config.DENY_FEED_MODE },
  };
}
