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
} as const satisfies Settings;

export type AdminConfig = Config<typeof SETTINGS>;

export function readAdminConfig(env: NodeJS.ProcessEnv): AdminConfig {
  const config = readConfig(SETTINGS, env);
  const { PEOPLE_URL: url, PEOPLE_PORT: port } = config;
  if ((url === undefined) !== (port === undefined))
    throw unusable('PEOPLE_URL and PEOPLE_PORT: set both or neither');
  if (url !== undefined && new URL(url).origin !== url)
    throw unusable('PEOPLE_URL: must be an origin, without a path, and without the port 443');
  return config;
}
