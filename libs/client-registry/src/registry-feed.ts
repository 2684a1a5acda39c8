import type { RegistryDelta } from './registry-replica.js';

/** Where a replica gets the registry from. */
export interface RegistryFeed {
  /** The registry's version now. */
  currentVersion(): Promise<bigint>;
  /** Everything newer than `version`, read in one consistent snapshot; -1 asks for all. */
  changesSince(version: bigint): Promise<RegistryDelta>;
}
