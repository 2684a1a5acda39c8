import { z } from 'zod';
import {
  databaseSetting,
  LISTENER_SETTINGS,
  readConfig,
  unusable,
  values,
  TOKEN_SETTINGS,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** As URLs write them, each with or without a port. */
const hosts = z
  .string()
  .transform((text) => new Set(text.split(',').map((host) => host.trim())))
  .refine(
    (listed) => [...listed].every(isHost),
    'must be hosts in lower case, each with or without a port, separated by commas',
  );

/** A name or address, and nothing that another parser would take for more. */
function isHost(text: string): boolean {
  const [, host] = /^([a-z0-9._-]+|\[[0-9a-f:]+\])(?::[1-9]\d*)?$/.exec(text) ?? [];
  return host !== undefined && URL.parse(`http://${text}/`)?.hostname === host;
}

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...TOKEN_SETTINGS,
  DATABASE_URL: databaseSetting('where the registry is'),
  PEOPLE_URL: {
    schema: values.httpsUrl.optional(),
    meaning:
      'the https origin under which browsers reach the screens; passkeys belong to its host name. Without it only machines are served',
  },
  PEOPLE_PORT: { schema: values.port.optional(), meaning: 'the port of the listener for people' },
  EGRESS_ALLOWED_HOSTS: {
    schema: hosts.optional(),
    meaning:
      'hosts of private networks that CRLs, OCSP responses and key sets may be fetched from, as URLs write them, separated by commas; with a port, that port too',
  },
} as const satisfies Settings;

export type AdminConfig = Config<typeof SETTINGS>;

export function readAdminConfig(env: NodeJS.ProcessEnv): AdminConfig {
  const config = readConfig(SETTINGS, env);
  const { PEOPLE_URL: url, PEOPLE_PORT: port } = config;
  if ((url === undefined) !== (port === undefined))
    throw unusable('PEOPLE_URL and PEOPLE_PORT: set both or neither');
  if (url !== undefined) requireOrigin(url);
  return config;
}

/** The part of the configuration that the owner command needs. Throws `ConfigError`. */
export function readOwnerConfig(env: NodeJS.ProcessEnv): { DATABASE_URL: string; PEOPLE_URL: string } {
  const { DATABASE_URL, PEOPLE_URL } = SETTINGS;
  const config = readConfig({ DATABASE_URL, PEOPLE_URL }, env);
  if (config.PEOPLE_URL === undefined) throw unusable('PEOPLE_URL: is missing: nobody can sign in here');
  requireOrigin(config.PEOPLE_URL);
  return { DATABASE_URL: config.DATABASE_URL, PEOPLE_URL: config.PEOPLE_URL };
}

/** Exactly what a browser sends as Origin (RFC 6454 §6.1), because it is compared with that. */
function requireOrigin(url: string): void {
  if (new URL(url).origin !== url)
    throw unusable('PEOPLE_URL: must be an origin in lower case, without a path, and without the port 443');
}
