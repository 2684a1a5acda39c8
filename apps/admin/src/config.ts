import {
  databaseSetting,
  LISTENER_SETTINGS,
  readConfig,
  TOKEN_SETTINGS,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...TOKEN_SETTINGS,
  DATABASE_URL: databaseSetting('where the registry is'),
} as const satisfies Settings;

export type AdminConfig = Config<typeof SETTINGS>;

export function readAdminConfig(env: NodeJS.ProcessEnv): AdminConfig {
  return readConfig(SETTINGS, env);
}
