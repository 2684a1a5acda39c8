import type { NameRule } from './registered-name.js';

/**
 * `tls_client_auth_san_uri` (RFC 8705 §2.1.2): compared octet by octet, scheme and host too, because RFC 8705 names
 * no normalisation and none can make two different names equal.
 *
 * Does NOT check the syntax of a particular scheme.
 */
export const URI_NAME: NameRule = {
  parse(text) {
    const problem = problemOf(text);
    return problem === undefined ? { value: text, canonical: text } : { problem };
  },
  matches({ subjectAltNames: { uri } }, canonical) {
    // X.509-SVID §2: a certificate with a SPIFFE ID and a second URI is not valid as one.
    if (/^spiffe:/i.test(canonical) && uri.length !== 1) return false;
    return uri.includes(canonical);
  },
};

function problemOf(text: string): string | undefined {
  if (text === '') return 'The URI is empty; write it as https://partner.example/orders or spiffe://…';
  const unusual = /[^\x21-\x7e]/u.exec(text);
  if (unusual !== null) {
    const place = `at character ${unusual.index + 1}`;
    return unusual[0].codePointAt(0)! > 0x7f
      ? `The URI holds a character that is not ASCII (${place}); register it as the certificate has it, percent-encoded (RFC 3987 section 3.1).`
      : `The URI holds a space or control character (${place}); a URI has none (RFC 3986 section 2).`;
  }
  // RFC 5280 §4.2.1.6: the name MUST NOT be a relative URI.
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:./.test(text)) {
    return `"${text}" has no scheme; write the whole URI, as https://partner.example/orders or spiffe://…`;
  }
  return undefined;
}
