import type { ClientId, DenyEntry } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { Actor, Page, Written } from './registry-administration.js';

/** An entry of the deny list, and how it came about. */
export interface DeniedEntry {
  readonly id: string;
  readonly entry: DenyEntry;
  readonly deniedAt: Date;
  /** Who did it; `undefined`: not known, or the client itself revoked a token. */
  readonly deniedBy: string | undefined;
  readonly note: string | undefined;
  /** Of a certificate: the clients whose pin or key set it is, or was. Whose name it carries, nobody sees in a thumbprint. */
  readonly clients: readonly ClientId[];
}

/**
 * What no longer counts although a token says so. Suspending, revoking and removing enter what they stop by themselves
 * (`RegistryAdministration`); here stands what is denied for its own sake.
 */
export interface DenyAdministration {
  /** Nobody gets or uses a token with this certificate any more, whoever it belongs to. Idempotent. `note`: why. */
  blockCertificate(
    actor: Actor,
    thumbprint: CertificateThumbprint,
    note: string | undefined,
  ): Promise<Written<undefined>>;
  unblockCertificate(actor: Actor, thumbprint: CertificateThumbprint): Promise<Written<undefined>>;
  /** Whether there is a block to be taken back. A revoked credential denies its certificate without one. */
  isBlocked(thumbprint: CertificateThumbprint): Promise<boolean>;
  /** All that counts now, as the deny feed tells it. */
  listDenied(page: Page): Promise<readonly DeniedEntry[]>;
}
