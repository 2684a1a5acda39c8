import { z } from 'zod';
import {
  databaseSetting,
  LISTENER_SETTINGS,
  PROXY_SETTINGS,
  readConfig,
  TOKEN_SETTINGS,
  values,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...PROXY_SETTINGS,
  ...TOKEN_SETTINGS,
  GATEWAY_ISSUER: {
    schema: values.httpsUrl.optional(),
    meaning:
      'the issuer of the assertions of a gateway in front of this API, which vouch for its callers (guides/gateway.md); needs GATEWAY_KEYS_FILE',
  },
  GATEWAY_KEYS_FILE: {
    schema: values.file.optional(),
    meaning: 'JWK Set file with the key of that gateway, as it stands at its /.well-known/holdfast/jwks',
  },
  DENY_FEED_URL: {
    schema: values.httpsUrl.optional(),
    meaning:
      'the deny feed of the issuer (deny_feed_endpoint in its metadata): what is stopped there is refused here within a second (guides/stop.md). Needs the four settings below it; without them tokens count until they end',
  },
  DENY_FEED_JWKS_URI: {
    schema: values.httpsUrl.optional(),
    meaning: 'where the keys are that sign the feed (deny_feed_jwks_uri)',
  },
  DENY_FEED_CLIENT_ID: {
    schema: z.string().min(3).optional(),
    meaning: 'a client with the scope deny-feed:read at the issuer',
  },
  DENY_FEED_CERTIFICATE_FILE: {
    schema: values.file.optional(),
    meaning: 'its certificate, PEM, intermediates after it',
  },
  DENY_FEED_PRIVATE_KEY_FILE: { schema: values.file.optional(), meaning: 'its private key, PEM' },
  DENY_FEED_MODE: {
    schema: z.enum(['strict', 'bounded']).default('bounded'),
    meaning:
      'while the feed is away: refuse after 25 s with 503 (strict), or go on for 300 s with what is known (bounded)',
  },
  DATABASE_URL: databaseSetting('where the orders are, a database of their own'),
} as const satisfies Settings;

export type ResourceServerConfig = Config<typeof SETTINGS>;

export function readResourceServerConfig(env: NodeJS.ProcessEnv): ResourceServerConfig {
  return readConfig(SETTINGS, env);
}
