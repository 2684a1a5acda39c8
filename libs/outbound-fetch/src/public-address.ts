import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an IP address is one of the public Internet: unicast, globally reachable, and not one in which another
 * address is hidden (mapped, NAT64, 6to4, Teredo). Anything that is not an address in plain spelling is not public.
 *
 * Does NOT know where a network really leads: a NAT64 prefix of an operator's own, or public addresses routed
 * internally, look public. A firewall around the app decides those.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !NOT_PUBLIC.check(address, 'ipv4');
  // A zone ("%eth0") makes sense for link-local addresses only.
  if (!isIPv6(address) || address.includes('%')) return false;
  return GLOBAL_UNICAST.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
}

/** RFC 4291 §2.4: the only block from which addresses are given out; ULA, link-local, multicast and mapped lie outside. */
const GLOBAL_UNICAST = blockList([['2000::', 3, 'global unicast']]);

/** The special-purpose registries of RFC 6890, as far as they are not globally reachable or hide another address. */
const NOT_PUBLIC = blockList([
  ['0.0.0.0', 8, 'this network (RFC 791 §3.2)'],
  ['10.0.0.0', 8, 'private (RFC 1918)'],
  ['100.64.0.0', 10, 'carrier-grade NAT (RFC 6598)'],
  ['127.0.0.0', 8, 'loopback (RFC 1122 §3.2.1.3)'],
  ['168.63.129.16', 32, "Azure's host, seen from its machines only"],
  ['169.254.0.0', 16, 'link-local, and where clouds keep metadata (RFC 3927)'],
  ['172.16.0.0', 12, 'private (RFC 1918)'],
  ['192.0.0.0', 24, 'IETF protocol assignments (RFC 6890 §2.1)'],
  ['192.0.2.0', 24, 'documentation (RFC 5737)'],
  ['192.31.196.0', 24, 'AS112 (RFC 7535)'],
  ['192.52.193.0', 24, 'AMT (RFC 7450)'],
  ['192.88.99.0', 24, '6to4 relays (RFC 7526)'],
  ['192.168.0.0', 16, 'private (RFC 1918)'],
  ['192.175.48.0', 24, 'AS112 (RFC 7534)'],
  ['198.18.0.0', 15, 'benchmarking (RFC 2544)'],
  ['198.51.100.0', 24, 'documentation (RFC 5737)'],
  ['203.0.113.0', 24, 'documentation (RFC 5737)'],
  ['224.0.0.0', 4, 'multicast (RFC 5771)'],
  ['240.0.0.0', 4, 'reserved, and the limited broadcast (RFC 1112 §4)'],
  ['2001::', 23, 'IETF protocol assignments: Teredo, benchmarking, ORCHID (RFC 2928)'],
  ['2001:db8::', 32, 'documentation (RFC 3849)'],
  ['2002::', 16, '6to4 (RFC 3056)'],
  ['2620:4f:8000::', 48, 'AS112 (RFC 7534)'],
  ['3ffe::', 16, '6bone, returned (RFC 3701)'],
  ['3fff::', 20, 'documentation (RFC 9637)'],
]);

function blockList(blocks: readonly (readonly [prefix: string, length: number, why: string])[]): BlockList {
  const list = new BlockList();
  for (const [prefix, length] of blocks) list.addSubnet(prefix, length, isIPv4(prefix) ? 'ipv4' : 'ipv6');
  return list;
}
