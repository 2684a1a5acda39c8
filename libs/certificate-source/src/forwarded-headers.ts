import { isIP } from 'node:net';
import type { PresentedCertificate } from '@holdfast/token-binding';
import { FORMATS, type CertificateFormat } from './formats/format.js';
import { valuesOf, type HeaderLines } from './header-lines.js';
import type { TrustedProxy } from './trusted-proxy.js';

/** What the headers of an authenticated proxy say, each read by itself; undefined where it says nothing. */
export interface ForwardedHeaders {
  readonly certificate: string | undefined;
  readonly chain: string | undefined;
  readonly verified: string | undefined;
  readonly clientAddress: string | undefined;
}

export type ReadHeaders =
  | { readonly read: true; readonly headers: ForwardedHeaders }
  | { readonly read: false; readonly fault: string };

/** The longest value, octets: what Node lets through of all headers together. */
const LONGEST_VALUE = 16 * 1024;

/**
 * The headers of `proxy`, and no others: whatever else a client sent through it means nothing. Each may be there once;
 * what contradicts another is refused (RFC 9440 §4, decisions 24).
 */
export function readForwardedHeaders(lines: HeaderLines, proxy: TrustedProxy): ReadHeaders {
  const { absent }: CertificateFormat = FORMATS[proxy.format];
  const faults: string[] = [];
  const only = (name: string | undefined): string | undefined => {
    const values = name === undefined ? [] : valuesOf(lines, name);
    if (values.length > 1) faults.push(`${name} is repeated`);
    const [value = ''] = values;
    if (value.length > LONGEST_VALUE) faults.push(`${name} is too long`);
    return value === '' || absent?.test(value) === true ? undefined : value;
  };
  const headers = {
    certificate: only(proxy.certificateHeader),
    chain: only(proxy.chainHeader),
    verified: only(proxy.verifyHeader),
    clientAddress: only(proxy.clientAddressHeader),
  };
  const fault = faults[0] ?? contradictionIn(headers, proxy);
  return fault === undefined ? { read: true, headers } : { read: false, fault };
}

function contradictionIn(headers: ForwardedHeaders, proxy: TrustedProxy): string | undefined {
  const { certificate, chain, verified, clientAddress } = headers;
  if (clientAddress !== undefined && isIP(clientAddress) === 0)
    return `${proxy.clientAddressHeader} is no address`;
  if (certificate === undefined) {
    if (chain !== undefined) return `${proxy.chainHeader} without a certificate`;
    return verified === 'SUCCESS' ? `${proxy.verifyHeader} verifies no certificate` : undefined;
  }
  return verified === 'NONE' && !proxy.proxyValidates
    ? `${proxy.verifyHeader} is NONE beside a certificate`
    : undefined;
}

/** The certificates in the headers, or nothing if they are not exactly of the proxy's format. Does NOT judge them. */
export function readCertificates(
  certificate: string,
  chain: string | undefined,
  proxy: TrustedProxy,
): PresentedCertificate | undefined {
  const { read, readChain }: CertificateFormat = FORMATS[proxy.format];
  const [leaf, ...issuers] = read(certificate) ?? [];
  const more = chain === undefined ? [] : readChain?.(chain);
  if (leaf === undefined || more === undefined) return undefined;
  // Some proxies repeat the leaf in the chain.
  const bag = [...issuers, ...more].filter((der) => Buffer.compare(der, leaf) !== 0);
  return { leaf, bag };
}
