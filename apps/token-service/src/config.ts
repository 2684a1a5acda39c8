import { z } from 'zod';
import { parseKeyEncryptionKey } from '@holdfast/signing-keys';
import {
  unusable,
  databaseSetting,
  LISTENER_SETTINGS,
  PROXY_SETTINGS,
  readConfig,
  values,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...PROXY_SETTINGS,
  ENVIRONMENT: {
    schema: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and hyphens'),
    meaning: 'the name of this environment, e.g. sandbox or production; tokens carry it as env',
  },
  ISSUER: {
    schema: values.httpsUrl,
    meaning:
      'the issuer identifier: the https address of the public listener, without a trailing slash (RFC 8414)',
  },
  MTLS_URL: {
    schema: values.httpsUrl,
    meaning: 'the https address of the mutual-TLS listener as partners see it, without a trailing slash',
  },
  PUBLIC_PORT: { schema: values.port, meaning: 'the port of the public listener: metadata and keys' },
  DATABASE_URL: databaseSetting('where the registry is'),
  DATABASE_URL_LISTEN: {
    schema: databaseSetting('').schema.optional(),
    secret: true,
    meaning: 'a direct connection for LISTEN, if DATABASE_URL goes through a transaction pooler',
  },
  KEY_ENCRYPTION_KEY: {
    schema: z.string().transform((text, context) => {
      try {
        return parseKeyEncryptionKey(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
    secret: true,
    meaning: '32 octets in base64 that seal the signing keys; kept outside the database and its backup',
  },
  TOKEN_LIFETIME_SECONDS: {
    schema: values.seconds(60, 600).default(240),
    meaning: 'how long an access token lives, seconds',
  },
  REGISTRY_FRESHNESS_SECONDS: {
    schema: values.seconds(90, 3_600).default(300),
    meaning: 'B: no token outlives the last confirmed reading of the registry by more than this, seconds',
  },
  REGISTRY_POLL_SECONDS: {
    schema: values.seconds(1, 10).default(2),
    meaning: 'how often the registry version is read, in case a notification is lost, seconds',
  },
  AUDIT_SPOOL_DIR: {
    schema: z.string().optional(),
    meaning: 'a persistent directory for audit events while PostgreSQL is away',
  },
  AUDIT_ON_OUTAGE: {
    schema: z.enum(['spool', 'refuse']).optional(),
    meaning:
      'spool: go on issuing, events go to AUDIT_SPOOL_DIR; refuse: answer 503. Default: spool if a directory is set',
  },
} as const satisfies Settings;

export type TokenServiceConfig = Config<typeof SETTINGS>;

/** Reads and cross-checks the configuration; throws `ConfigError` with every problem. */
export function readTokenServiceConfig(env: NodeJS.ProcessEnv): TokenServiceConfig {
  const config = readConfig(SETTINGS, env);
  const problems = [
    config.TOKEN_LIFETIME_SECONDS > config.REGISTRY_FRESHNESS_SECONDS &&
      'TOKEN_LIFETIME_SECONDS must not be larger than REGISTRY_FRESHNESS_SECONDS: a token must not outlive what is known',
    config.AUDIT_ON_OUTAGE === 'spool' &&
      config.AUDIT_SPOOL_DIR === undefined &&
      'AUDIT_ON_OUTAGE=spool needs AUDIT_SPOOL_DIR',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw unusable(...problems);
  return config;
}
