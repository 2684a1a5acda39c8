import type { DenyEntry } from '@holdfast/oauth-protocol';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { Actor, Page, Written } from './registry-administration.js';

/** An entry of the deny list, and when it was made. */
export interface DeniedEntry {
  readonly id: string;
  readonly entry: DenyEntry;
  readonly deniedAt: Date;
}

/**
 * What no longer counts although a token says so. Suspending, revoking and removing enter what they stop by themselves
 * (`RegistryAdministration`); here stands what is denied for its own sake.
 */
export interface DenyAdministration {
  /** Nobody gets or uses a token with this certificate any more, whoever it belongs to. Idempotent. `note` is for the trail. */
  blockCertificate(
    actor: Actor,
    thumbprint: CertificateThumbprint,
    note: string,
  ): Promise<Written<undefined>>;
  unblockCertificate(actor: Actor, thumbprint: CertificateThumbprint): Promise<Written<undefined>>;
  /** All of it, as the deny feed tells it. */
  listDenied(page: Page): Promise<readonly DeniedEntry[]>;
}
