import type { AddressRange } from '../certificate/name-constraints.js';

/**
 * Whether a name lies in a subtree (RFC 5280 §4.2.1.10). The two questions are asked apart, because what cannot be
 * read must fail both: it is never permitted and always excluded.
 */
export interface SubtreeRule<Name, Base> {
  permits(base: Base, name: Name): boolean;
  excludes(base: Base, name: Name): boolean;
}

/**
 * dNSName: the base and everything below it; with a leading dot only what is below. A wildcard name is permitted if
 * all that it stands for is, and excluded if any of it is (CVE-2025-61727).
 */
export const DNS_SUBTREE: SubtreeRule<string, string> = {
  permits(baseText, text) {
    const base = readDnsBase(baseText);
    const name = readDnsName(text);
    if (base === undefined || name === undefined) return false;
    return name.isWildcard ? isAtOrBelow(name.host, base.host) : isInDnsBase(name.host, base);
  },
  excludes(baseText, text) {
    const base = readDnsBase(baseText);
    const name = readDnsName(text);
    if (base === undefined || name === undefined) return true;
    if (!name.isWildcard) return isInDnsBase(name.host, base);
    return isAtOrBelow(name.host, base.host) || (!base.below && parentOf(base.host) === name.host);
  },
};

/** rfc822Name: one mailbox, every mailbox on one host, or (leading dot) on every host below a domain. */
export const EMAIL_SUBTREE: SubtreeRule<string, string> = {
  permits: (base, text) => isInMailboxBase(base, readMailbox(text), (a, b) => a === b) === true,
  // RFC 5321 §2.4: hosts that receive mail may ignore the case of a local part, so an exclusion must too.
  excludes: (base, text) =>
    isInMailboxBase(base, readMailbox(text), (a, b) => a.toLowerCase() === b.toLowerCase()) !== false,
};

/** uniformResourceIdentifier: its host, or (leading dot) any host below the base. An address is no host. */
export const URI_SUBTREE: SubtreeRule<string, string> = {
  permits: (base, text) => isInHostBase(base, hostOfUri(text)) === true,
  excludes: (base, text) => isInHostBase(base, hostOfUri(text)) !== false,
};

/** iPAddress: addresses of the same length only; IPv4-mapped IPv6 is IPv6. */
export const IP_SUBTREE: SubtreeRule<Uint8Array, AddressRange> = {
  permits: isInRange,
  excludes: isInRange,
};

function isInRange({ address, mask }: AddressRange, name: Uint8Array): boolean {
  return (
    name.length === address.length && name.every((octet, at) => ((octet ^ address[at]!) & mask[at]!) === 0)
  );
}

interface DnsBase {
  readonly host: string;
  /** Only what is below it. */
  readonly below: boolean;
}

/** The empty base stands for every name. */
function readDnsBase(text: string): DnsBase | undefined {
  const below = text.startsWith('.');
  const host = withoutFinalDot(below ? text.slice(1) : text);
  if (text === '') return { host: '', below: false };
  return HOST.test(host) ? { host, below } : undefined;
}

function readDnsName(text: string): { host: string; isWildcard: boolean } | undefined {
  const name = withoutFinalDot(text);
  const isWildcard = name.startsWith('*.');
  const host = isWildcard ? name.slice(2) : name;
  return NAME.test(host) && host !== '*' ? { host, isWildcard } : undefined;
}

const isInDnsBase = (host: string, base: DnsBase): boolean =>
  isAtOrBelow(host, base.host) && !(base.below && host === base.host);

function isAtOrBelow(host: string, base: string): boolean {
  return base === '' || host === base || host.endsWith(`.${base}`);
}

const parentOf = (host: string): string => host.slice(host.indexOf('.') + 1);

const withoutFinalDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** Labels that are in use; an underscore is. */
const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
/** A star elsewhere than in front is a character like any other. */
const NAME = /^[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)*$/;

interface Mailbox {
  readonly local: string;
  readonly host: string;
}

/** RFC 5321 §4.1.2 without quoted local parts and address literals: those are not compared here. */
function readMailbox(text: string): Mailbox | undefined {
  const match = /^([a-z0-9!#$%&'*+/=?^_`{|}~.-]+)@([^@]+)$/i.exec(text);
  if (match === null) return undefined;
  const host = match[2]!.toLowerCase();
  return HOST.test(host) ? { local: match[1]!, host } : undefined;
}

/** `undefined` if base or mailbox cannot be read. */
function isInMailboxBase(
  base: string,
  mailbox: Mailbox | undefined,
  isSameLocal: (a: string, b: string) => boolean,
): boolean | undefined {
  if (mailbox === undefined) return undefined;
  if (!base.includes('@')) return isInHostBase(base, mailbox.host);
  const only = readMailbox(base);
  return only && only.host === mailbox.host && isSameLocal(only.local, mailbox.local);
}

/** `undefined` if base or host cannot be read. */
function isInHostBase(baseText: string, host: string | undefined): boolean | undefined {
  const base = baseText.toLowerCase();
  if (host === undefined) return undefined;
  if (base.startsWith('.')) return HOST.test(base.slice(1)) ? host.endsWith(base) : undefined;
  return HOST.test(base) && !isAddress(base) ? host === base : undefined;
}

/** RFC 3986 §3.2.2: the reg-name of the authority, without user information and port. */
function hostOfUri(uri: string): string | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:]+)(?::[0-9]*)?(?:[/?#].*)?$/i.exec(uri);
  const host = match?.[1] === undefined ? '' : withoutFinalDot(match[1]);
  return HOST.test(host) && !isAddress(host) ? host : undefined;
}

/** A host whose last label is a number is an address in some spelling (WHATWG URL §3.5), never a domain. */
const isAddress = (host: string): boolean => /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(host);
