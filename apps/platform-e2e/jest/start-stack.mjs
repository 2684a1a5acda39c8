/** Gives the tests of the project `end-to-end` a running stack of the built applications (`npm test` builds first). */
export default async function startStack() {
  const { startSharedStack } = await import('../dist/harness/shared-stack.js');
  globalThis.holdfastSharedStack = await startSharedStack();
}
