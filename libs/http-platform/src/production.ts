import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, unusable } from './config.js';

/** Oldest Node.js that still gets security fixes and has those that concern us. */
const OLDEST_NODE = [24, 18, 1] as const;

/**
 * Refuses to start in a way that is not meant for production: an old Node.js in any mode, and in production mode a server
 * certificate that a development stack made for itself. Throws `ConfigError`.
 */
export function requireProductionReady(mode: 'production' | 'development', certificateFile: string): void {
  if (isOlder(process.versions.node, OLDEST_NODE)) {
    throw new ConfigError(
      `Node.js ${process.versions.node} is too old: ${OLDEST_NODE.join('.')} or newer is needed`,
    );
  }
  if (mode === 'development') return;
  if (isDevelopmentCertificate(certificateFile)) {
    throw unusable(
      'TLS_CERTIFICATE_FILE: is a development certificate; in production mode use one of your own, or set HOLDFAST_MODE=development',
    );
  }
}

function isDevelopmentCertificate(file: string): boolean {
  try {
    return /^CN=Holdfast development/m.test(new X509Certificate(readFileSync(file)).issuer);
  } catch (error) {
    throw unusable(`TLS_CERTIFICATE_FILE: cannot be read as a certificate (${(error as Error).message})`);
  }
}

function isOlder(version: string, oldest: readonly [number, number, number]): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [a, b, c] = oldest;
  if (major !== a) return major < a;
  return minor !== b ? minor < b : patch < c;
}
