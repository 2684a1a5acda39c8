/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether `text` is one scope token. */
export function isScopeToken(text: string): boolean {
  return text.length <= 128 && SCOPE_TOKEN.test(text);
}

/**
 * Splits a `scope` value into its distinct tokens, in the order given; `undefined` if it is not
 * `scope-token *( SP scope-token )` (RFC 6749 §3.3: exactly one space between tokens).
 */
export function parseScope(text: string): readonly string[] | undefined {
  const tokens = text.split(' ');
  return tokens.every(isScopeToken) ? [...new Set(tokens)] : undefined;
}
