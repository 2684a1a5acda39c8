import {
  reasonFor,
  type DenyFeed,
  type DenyReason,
  type VerifiedAccess,
} from '@holdfast/cnf-token-verification';
import { RegistryReplica } from '@holdfast/client-registry';
import { PostgresDenyListFeed, RegistrySubscription, type Database } from '@holdfast/postgres';

/**
 * What no longer counts although a token says so, read from the database itself: a machine that was suspended, or whose
 * token a stolen key has signed, administers no more within a second, as at an API that follows the deny feed.
 */
export class OwnDenials implements DenyFeed {
  private readonly replica = new RegistryReplica(() => performance.now());
  private subscription: RegistrySubscription | undefined;

  /** Resolves after the first complete read. */
  async start(database: Database, url: string, onError: (error: unknown) => void): Promise<void> {
    this.subscription = new RegistrySubscription(new PostgresDenyListFeed(database), this.replica, {
      listenUrl: url,
      applicationName: 'holdfast-admin-listen',
      onApplied: () => this.replica.forgetEnded(Date.now() / 1_000),
      onError,
    });
    await this.subscription.start();
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  forbids(access: VerifiedAccess, now: Date): DenyReason | undefined {
    const found = this.replica.denyList.find(access, now.getTime() / 1_000);
    return found && reasonFor(found);
  }

  confirmedAt(): Date | undefined {
    const age = this.replica.ageMs();
    return Number.isFinite(age) ? new Date(Date.now() - age) : undefined;
  }
}
