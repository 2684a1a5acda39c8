import {
  LISTENER_SETTINGS,
  PROXY_SETTINGS,
  readConfig,
  values,
  type Config,
  type Settings,
} from '@holdfast/http-platform';

/** Everything that can be set beside the gateway file. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  ...LISTENER_SETTINGS,
  ...PROXY_SETTINGS,
  GATEWAY_FILE: {
    schema: values.file,
    meaning:
      'YAML or JSON file with issuers, upstreams and routes (guides/gateway.md); looked at every two seconds and taken over when it has changed',
  },
} as const satisfies Settings;

export type GatewayConfig = Config<typeof SETTINGS>;

export function readGatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  return readConfig(SETTINGS, env);
}
