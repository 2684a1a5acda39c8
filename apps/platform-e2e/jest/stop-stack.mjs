/** Stops the stack that start-stack.mjs started; fails the run if a secret of the whole run stands in one of its logs. */
export default async function stopStack() {
  await globalThis.holdfastSharedStack?.stop();
}
