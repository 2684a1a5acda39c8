import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:https';
import { ForwardedCertificates, readProxiesFile, type TrustedProxy } from '@holdfast/certificate-source';
import { unusable } from './config.js';
import { TransportRefusal } from './transport-refusal.js';

/** A second listener on the routes of the first, for proxies only. */
export interface ProxyListening {
  readonly port: number;
  readonly proxies: readonly TrustedProxy[];
}

/** What `PROXY_SETTINGS` say: nothing if both are absent. Throws `ConfigError` with everything that is wrong with the file. */
export function readProxyListening(config: {
  readonly PROXY_PORT?: number | undefined;
  readonly PROXIES_FILE?: string | undefined;
}): ProxyListening | undefined {
  const { PROXY_PORT: port, PROXIES_FILE: path } = config;
  if (port === undefined && path === undefined) return undefined;
  if (port === undefined || path === undefined)
    throw unusable('PROXY_PORT and PROXIES_FILE: set both, or neither');
  const file = readProxiesFile(path);
  if (!file.usable) throw unusable(...file.problems.map((problem) => `PROXIES_FILE: ${problem}`));
  return { port, proxies: file.proxies };
}

/**
 * Lets nothing through on `server` but requests of these proxies, each with the certificate that it forwards. Requests on
 * other listeners of the same app are not concerned: there, the headers of proxies mean nothing.
 */
export function admitProxiesOnly(
  fastify: FastifyInstance,
  server: Server,
  proxies: readonly TrustedProxy[],
): void {
  const forwarded = new ForwardedCertificates(proxies);
  forwarded.claim(server);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!forwarded.concerns(request.raw)) return done();
    const admission = forwarded.admit(request.raw, new Date());
    if (admission.admitted) return done();
    // The connection ends, so that each guess at a credential costs a TLS handshake.
    done(new TransportRefusal(admission.refusal, { connection: 'close' }, admission.fault));
  });
}
