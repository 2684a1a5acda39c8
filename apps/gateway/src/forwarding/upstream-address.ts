import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What an upstream may not be by accident: cloud metadata and other link-local services, and groups (SS-20). */
const NEVER_BY_ACCIDENT: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
];

const REFUSED = new BlockList();
for (const [network, prefix] of NEVER_BY_ACCIDENT) REFUSED.addSubnet(network, prefix, familyOf(network));

/** To which addresses an upstream may be connected. */
export interface AddressRule {
  /** Named in the gateway file although they are link-local. */
  readonly allowed: BlockList;
  /** The ports of this gateway: a call that comes back to it would never end. */
  readonly ownPorts: readonly number[];
}

/** Why `address` may not be connected to, or undefined if it may. */
export function refusedAddress(address: string, port: number, rule: AddressRule): string | undefined {
  const family = familyOf(address);
  if (rule.ownPorts.includes(port) && isOwn(address)) return `${address}:${port} is this gateway itself`;
  if (!REFUSED.check(address, family) || rule.allowed.check(address, family)) return undefined;
  return `${address} is a link-local, group or metadata address; if it is meant, name it in allowAddresses`;
}

/** The same for a host as it stands in a URL, as far as it can be told without asking the DNS. */
export function refusedHost(host: string, port: number, rule: AddressRule): string | undefined {
  const name = host.replace(/^\[|\]$/g, '');
  return refusedAddress(
    name === 'localhost' ? '127.0.0.1' : isIP(name) === 0 ? '192.0.2.1' : name,
    port,
    rule,
  );
}

/** Looks names up as Node does, and gives none of the addresses that are refused. */
export function guardedLookup(port: number, rule: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const good = addresses.filter(({ address }) => refusedAddress(address, port, rule) === undefined);
      const [first] = good;
      if (first === undefined) {
        const [refused] = addresses;
        const why = refused && refusedAddress(refused.address, port, rule);
        return callback(new Error(`${hostname}: ${why ?? 'has no address'}`), '', 0);
      }
      if (options.all === true) return callback(null, good);
      return callback(null, first.address, first.family);
    });
  };
}

function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return /^(?:127\.|::1$|::ffff:127\.)/.test(address) || own.some((one) => one.address === address);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
