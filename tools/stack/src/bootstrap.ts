/**
 * What the stack shares with the bootstrap, which runs before anything is installed or built and is therefore plain
 * JavaScript and no package: this file is the one door to it.
 */
/* eslint-disable @nx/enforce-module-boundaries */
export { tryLock } from '../../bootstrap/src/file-lock.mjs';
export { identityOf, isSameProcess, type ProcessIdentity } from '../../bootstrap/src/process-identity.mjs';
export type { StartArguments } from '../../bootstrap/src/start-arguments.mjs';
