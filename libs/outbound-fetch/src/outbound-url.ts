import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { Refused, type NotFetched } from './refusal.js';

/** Which addresses a caller may fetch. Nothing has a default: each policy is spelled where it is used. */
export interface OutboundRule {
  readonly schemes: readonly ('http' | 'https')[];
  readonly ports: readonly number[];
  /**
   * Hosts of private networks that the operator listed, in lower case as the URL writes them: `host` may have addresses
   * that are not public, `host:port` may be connected to at that port as well.
   */
  readonly listedHosts: ReadonlySet<string>;
}

/** An address that keeps to the rule; whether its host is public is known for a literal address only. */
export interface OutboundUrl {
  readonly accepted: true;
  readonly url: URL;
  readonly port: number;
  /** Whether the operator listed the host, so that it may be private. */
  readonly isListed: boolean;
}

/**
 * Parses the address of something to be fetched, for a form that saves it and again for the fetch itself.
 *
 * One parser reads it (the WHATWG's), and what that parser had to mend is refused: an address is accepted only in the
 * spelling in which it is sent, so that no other parser finds another host in it.
 *
 * Does NOT resolve the host: see `OutboundFetch`.
 */
export function parseOutboundUrl(text: string, rule: OutboundRule): OutboundUrl | NotFetched {
  try {
    return readOutboundUrl(text, rule);
  } catch (error) {
    if (error instanceof Refused) return error.toOutcome();
    throw error;
  }
}

/** As `parseOutboundUrl`. Throws `Refused`. */
export function readOutboundUrl(text: string, rule: OutboundRule): OutboundUrl {
  const url = text.length > LONGEST ? null : URL.parse(text);
  if (url === null) throw new Refused('url_malformed');
  const scheme = url.protocol.slice(0, -1);
  if (!rule.schemes.some((allowed) => allowed === scheme)) throw new Refused('scheme_not_allowed', scheme);
  if (url.username !== '' || url.password !== '') throw new Refused('credentials_in_url');
  if (text.includes('#')) throw new Refused('fragment_in_url');
  if (canonicalSpelling(text) !== url.href) throw new Refused('url_malformed');
  const port = Number(url.port) || DEFAULT_PORT[scheme as 'http' | 'https'];
  const isListedPort = rule.listedHosts.has(`${url.hostname}:${port}`);
  const isListed = isListedPort || rule.listedHosts.has(url.hostname);
  if (!isListedPort && !rule.ports.includes(port)) throw new Refused('port_not_allowed', String(port));
  requirePublicName(hostOf(url), isListed);
  return { accepted: true, url, port, isListed };
}

/** The host as the resolver and the socket know it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/** RFC 3986 sets no limit; a distribution point or key set that needs more is not one. */
const LONGEST = 2_048;

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/**
 * How the WHATWG parser writes an address that it had nothing to mend in: scheme and host in lower case, no default
 * port, a path (RFC 3986 §6.2.2.1, §6.2.3).
 */
function canonicalSpelling(text: string): string | undefined {
  const parts = /^(https?):\/\/([^/?]+)(\/[^?]*)?(\?.*)?$/is.exec(text);
  if (parts === null) return undefined;
  const [, scheme = '', authority = '', path = '/', query = ''] = parts;
  const defaultPort = scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/;
  return `${scheme.toLowerCase()}://${authority.toLowerCase().replace(defaultPort, '')}${path}${query}`;
}

/** RFC 1123 §2.1, with at least two labels: a bare name means another host in every network. */
const QUALIFIED_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

function requirePublicName(host: string, isListed: boolean): void {
  if (isListed) return;
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw new Refused('address_not_public', host);
  } else if (!QUALIFIED_NAME.test(host)) throw new Refused('host_not_allowed', host);
}
