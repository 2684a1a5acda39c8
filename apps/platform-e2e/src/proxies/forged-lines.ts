import type { IssuedCertificate } from '@holdfast/test-pki';
import type { WireRequest } from '../harness/wire.js';

export type Lines = NonNullable<WireRequest['headers']>;

/**
 * Everything that a client could try to make us take another certificate for its own, by what it is. `toHeader` writes a
 * certificate as the proxy in front does.
 */
export function forgedLines(
  { pem, der }: Pick<IssuedCertificate, 'pem' | 'der'>,
  toHeader: (pem: string) => string,
): Readonly<Record<string, Lines>> {
  const value = toHeader(pem);
  return {
    'the header of the proxy': [['X-Client-Cert', value]],
    'it twice, and other spellings': [
      ['X-Client-Cert', value],
      ['x-client-cert', value],
      ['X_Client_Cert', value],
    ],
    'a chain and a verdict': [
      ['X-Client-Cert', value],
      ['X-Client-Cert-Chain', value],
      ['X-Client-Verify', 'SUCCESS'],
    ],
    'the headers of other proxies': [
      ['Client-Cert', `:${Buffer.from(der).toString('base64')}:`],
      ['X-Forwarded-Client-Cert', `Cert="${encodeURIComponent(pem)}"`],
      ['X-SSL-Client-Cert', encodeURIComponent(pem)],
    ],
  };
}
