import {
  databaseSetting,
  LISTENER_SETTINGS,
  PROXY_SETTINGS,
  readConfig,
  TOKEN_SETTINGS,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...PROXY_SETTINGS,
  ...TOKEN_SETTINGS,
  DATABASE_URL: databaseSetting('where the orders are, a database of their own'),
} as const satisfies Settings;

export type ResourceServerConfig = Config<typeof SETTINGS>;

export function readResourceServerConfig(env: NodeJS.ProcessEnv): ResourceServerConfig {
  return readConfig(SETTINGS, env);
}
