import { constants } from 'node:crypto';
import type { ServerOptions } from 'node:https';

/** RFC 9325: TLS 1.2 with exactly the four ECDHE-AES-GCM suites, and TLS 1.3. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

/** TLS options of every listener of ours; key and certificate are added by the caller. */
export function tlsOptions(): ServerOptions {
  return {
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // No tickets: a resumed session loses the client's intermediates and replays an old verdict (RFC 9440 §3.3).
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    ALPNProtocols: ['http/1.1'],
  };
}

/**
 * TLS options of a listener that looks at client certificates. It requests one and rejects none in the handshake:
 * our own verdict is the only gate, so a refusal is a readable OAuth error (RFC 8705 §2; ADR 0005).
 * `ca: []`: no authority names are sent, Node authorises nobody, and the client's intermediates reach us on all
 * versions of Node.
 */
export function mutualTlsOptions(): ServerOptions {
  return { ...tlsOptions(), requestCert: true, rejectUnauthorized: false, ca: [] };
}
