import type { VerifiedAccess } from '@holdfast/cnf-token-verification';

/** What an upstream is told of the caller, and under which header names. */
export interface IdentityHeaderNames {
  readonly clientId: string;
  readonly partner: string;
  readonly scopes: string;
  readonly thumbprint: string;
  readonly issuer: string;
}

export const DEFAULT_IDENTITY_HEADERS: IdentityHeaderNames = {
  clientId: 'Holdfast-Client-Id',
  partner: 'Holdfast-Partner',
  scopes: 'Holdfast-Scopes',
  thumbprint: 'Holdfast-Certificate-Thumbprint',
  issuer: 'Holdfast-Issuer',
};

/** Writes verified callers into header lines. */
export class IdentityHeaders {
  constructor(private readonly names: IdentityHeaderNames) {}

  /** As a flat list; what the token does not say has no line. */
  of(access: VerifiedAccess | undefined): readonly string[] {
    if (access === undefined) return [];
    const { names } = this;
    const { clientId, partner, scopes, thumbprint, issuer } = access;
    const lines = [names.clientId, inHeader(clientId)];
    if (partner !== undefined) lines.push(names.partner, inHeader(partner));
    lines.push(names.scopes, inHeader(scopes.join(' ')));
    if (thumbprint !== undefined) lines.push(names.thumbprint, thumbprint);
    lines.push(names.issuer, inHeader(issuer));
    return lines;
  }
}

/** Nothing to encode: most values. */
const AS_IT_IS = /^(?! )[\x20-\x24\x26-\x7e]*(?<! )$/;

/**
 * A value as one header line. Issuers may put any text into a token: what is not printable ASCII, and `%`, is
 * percent-encoded as UTF-8, so that two callers are never one.
 */
export function inHeader(value: string): string {
  if (AS_IT_IS.test(value)) return value;
  return value
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/g, (text) =>
      [...Buffer.from(text)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
    .replace(/^ | $/g, '%20');
}
