/**
 * The secret of a one-time link stands behind the `#`, so no server or log sees it. Taken once, it is removed from the
 * address at once, so that it stays neither on the screen nor in the history.
 */
export function takeLinkToken(): string | undefined {
  const token = location.hash.slice(1);
  if (token === '') return undefined;
  history.replaceState(null, '', location.pathname);
  return token;
}
