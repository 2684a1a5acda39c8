/**
 * The SHA-256 thumbprint that a text is, as base64url without padding: what tokens and this product say (`x5t#S256`). Taken as that, or in
 * hexadecimal as openssl and browsers print it. `undefined`: it is something else.
 */
export function toThumbprint(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^[A-Za-z0-9_-]{43}$/.test(trimmed)) return trimmed;
  const hex = trimmed.replace(/^sha-?256( fingerprint)?[=:]\s*/i, '').replace(/[\s:]/g, '');
  if (!/^[0-9a-f]{64}$/i.test(hex)) return undefined;
  const octets = hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  return btoa(String.fromCharCode(...octets))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
