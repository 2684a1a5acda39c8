/**
 * The cookie that carries a session id. `__Host-` makes the browser refuse it with a Domain, without Secure or on another
 * path, so that no sibling host can set it (RFC 6265bis §4.1.3.2; AW-12).
 */
const NAME = '__Host-holdfast';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** Set-Cookie for a session that was just opened. It ends with the browser; the session itself may end earlier. */
export function sessionCookie(id: string): string {
  return `${NAME}=${id}; ${ATTRIBUTES}`;
}

/** Set-Cookie that removes it. */
export const NO_SESSION_COOKIE = `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;

/** The session id that a browser sent. Two cookies of this name are none: it would be open which one counts. */
export function readSessionId(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
