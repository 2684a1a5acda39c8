import type { Connection } from './connection.js';
import { ServiceUnavailable, UnexpectedAnswer } from './errors.js';
import { requireHttps } from './options.js';
import { readJson } from './token-request.js';

/**
 * The token endpoint for mutual TLS that the metadata of an issuer names: the alias where there is one (RFC 8705 §5).
 * Throws an UnexpectedAnswer for metadata of another issuer (RFC 8414 §3.3).
 */
export async function discoverTokenEndpoint(connection: Connection, issuer: string): Promise<URL> {
  const url = metadataUrl(issuer);
  const response = await connection.fetch(url, {}, { accept: 'application/json' });
  const metadata = await readJson(response, url);
  if (response.status >= 500) throw new ServiceUnavailable(url.host, response.status, undefined);
  if (response.status !== 200 || metadata['issuer'] !== issuer) {
    throw new UnexpectedAnswer(
      `${url.href} answers ${response.status} without metadata of the issuer ${issuer}.`,
    );
  }
  const aliases = (metadata['mtls_endpoint_aliases'] ?? {}) as Readonly<Record<string, unknown>>;
  const endpoint = aliases['token_endpoint'] ?? metadata['token_endpoint'];
  return requireHttps(String(endpoint), `the token endpoint in ${url.href}`);
}

/** RFC 8414 §3.1: the well-known part goes between host and path. */
function metadataUrl(issuer: string): URL {
  const url = requireHttps(issuer, 'issuer');
  const path = url.pathname.replace(/\/$/, '');
  return new URL(`/.well-known/oauth-authorization-server${path}`, url);
}
