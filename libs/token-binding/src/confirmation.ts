import { parseThumbprint, type CertificateThumbprint } from './thumbprint.js';

/** The `cnf` claim of a token bound to a certificate (RFC 8705 §3.1). */
export interface CertificateConfirmation {
  readonly 'x5t#S256': CertificateThumbprint;
}

/** The `cnf` claim that binds a token to the certificate with this thumbprint. */
export function toConfirmation(thumbprint: CertificateThumbprint): CertificateConfirmation {
  return { 'x5t#S256': thumbprint };
}

/**
 * The thumbprint that `cnf` confirms, or `undefined` if there is none that we understand *completely*.
 * A second confirmation member (say `jkt`) would have to hold too (RFC 7800 §3.1), so it fails closed.
 */
export function confirmedThumbprint(cnf: unknown): CertificateThumbprint | undefined {
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return undefined;
  const members = Object.keys(cnf);
  if (members.length !== 1 || members[0] !== 'x5t#S256') return undefined;
  return parseThumbprint((cnf as Record<string, unknown>)['x5t#S256']);
}
