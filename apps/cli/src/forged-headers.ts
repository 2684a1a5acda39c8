/** Headers in which proxies are known to forward a client certificate. */
export const FORGED_HEADERS = [
  'Client-Cert',
  'X-Forwarded-Client-Cert',
  'X-Forwarded-Tls-Client-Cert',
  'X-Client-Cert',
  'X-SSL-Client-Cert',
  'SSL-Client-Cert',
  'X-Amzn-Mtls-Clientcert',
  'X-ARR-ClientCert',
  'Cf-Client-Cert-Der-Base64',
] as const;

/** A certificate as each kind of proxy writes it (docs/guides/proxies.md). */
export function forgedValues(der: Uint8Array): readonly string[] {
  const base64 = Buffer.from(der).toString('base64');
  const lines = ['-----BEGIN CERTIFICATE-----', ...base64.match(/.{1,64}/g)!, '-----END CERTIFICATE-----'];
  const escaped = encodeURIComponent(`${lines.join('\n')}\n`);
  return [`:${base64}:`, base64, escaped, lines.join(' '), `Cert="${escaped}"`];
}
