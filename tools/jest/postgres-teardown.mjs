/** Stops the server that postgres-setup.mjs started, if it started one. */
export default async function stopPostgres() {
  await globalThis.holdfastTestPostgres?.stop();
}
