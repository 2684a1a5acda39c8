import { z } from 'zod';
import { values } from './config.js';

/** Settings that several apps share, each spelled once. */

/** In which mode, and with which certificate, an app listens. */
export const LISTENER_SETTINGS = {
  HOLDFAST_MODE: {
    schema: values.mode,
    meaning: 'production (the default) or development; only development accepts a development certificate',
  },
  LISTEN_HOST: {
    schema: z.string().default('127.0.0.1'),
    meaning: 'the address that the TLS listeners bind to',
  },
  MTLS_PORT: { schema: values.port, meaning: 'the port of the mutual-TLS listener' },
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
} as const;

/** The listener for proxies that end TLS in front of an app; off by default. Read with `readProxyListening`. */
export const PROXY_SETTINGS = {
  PROXY_PORT: {
    schema: values.port.optional(),
    meaning:
      'the port of the listener for authenticated proxies, which forward client certificates in a header; needs PROXIES_FILE',
  },
  PROXIES_FILE: {
    schema: values.file.optional(),
    meaning:
      'YAML or JSON file that names those proxies, their credentials, addresses and headers (guides/proxies.md); needs PROXY_PORT',
  },
} as const;

/** Whose tokens an API accepts. */
export const TOKEN_SETTINGS = {
  ISSUER: {
    schema: values.httpsUrl,
    meaning: 'the issuer whose tokens are accepted, exactly as in its metadata',
  },
  JWKS_URI: { schema: values.httpsUrl, meaning: 'where the keys of the issuer are fetched from, https only' },
  ISSUER_CA_FILE: {
    schema: values.file.optional(),
    meaning:
      "PEM file with the CA of the JWKS address, if it is a private one; otherwise Node's public ones count",
  },
  AUDIENCE: {
    schema: z.url(),
    meaning: 'the identifier of this API (RFC 8707): tokens for another one are refused',
  },
} as const;

/** A database, by its URL. */
export function databaseSetting(what: string) {
  return {
    schema: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
    secret: true,
    meaning: `${what}: postgres://user:password@host:port/database, with the role of this app`,
  } as const;
}
