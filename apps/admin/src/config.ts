import { z } from 'zod';
import { readConfig, values, type Config, type Settings } from '@holdfast/http-platform';

/** Everything that can be set. `docs/configuration.md` is generated from this. */
export const SETTINGS = {
  HOLDFAST_MODE: {
    schema: values.mode,
    meaning: 'production (the default) or development; only development accepts a development certificate',
  },
  ISSUER: { schema: values.httpsUrl, meaning: 'our own token service, whose tokens are accepted' },
  JWKS_URI: { schema: values.httpsUrl, meaning: 'where the keys of the issuer are fetched from, https only' },
  ISSUER_CA_FILE: {
    schema: values.file.optional(),
    meaning:
      'PEM file with the CA of the JWKS address, if it is a private one; otherwise the public ones of Node count',
  },
  AUDIENCE: { schema: z.url(), meaning: 'the identifier of this API: tokens for another one are refused' },
  LISTEN_HOST: {
    schema: z.string().default('127.0.0.1'),
    meaning: 'the address that the TLS listener binds to',
  },
  MTLS_PORT: { schema: values.port, meaning: 'the port of the mutual-TLS listener, for machines' },
  MANAGEMENT_HOST: {
    schema: z.string().default('127.0.0.1'),
    meaning: 'the address for probes and metrics (plain http)',
  },
  MANAGEMENT_PORT: { schema: values.port, meaning: 'the port for probes and metrics (plain http)' },
  TLS_CERTIFICATE_FILE: {
    schema: values.file,
    meaning: 'PEM file with the server certificate and its chain; reloaded when it changes',
  },
  TLS_PRIVATE_KEY_FILE: {
    schema: values.file,
    meaning: 'PEM file with the private key of the server certificate',
  },
  DATABASE_URL: {
    schema: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
    secret: true,
    meaning: 'where the registry is: postgres://user:password@host:port/database, with the role of this app',
  },
} as const satisfies Settings;

export type AdminConfig = Config<typeof SETTINGS>;

export function readAdminConfig(env: NodeJS.ProcessEnv): AdminConfig {
  return readConfig(SETTINGS, env);
}
