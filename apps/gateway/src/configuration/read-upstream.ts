import { BlockList, isIP } from 'node:net';
import { refusedHost } from '../forwarding/upstream-address.js';
import { portOf, type UpstreamPlan } from '../forwarding/upstream.js';
import { requireUsable, type Problem, type Reading } from './reading.js';
import type { UpstreamEntry } from './schema.js';

/** Reads one upstream, its files included, and notes what is wrong with it; only how long to connect comes later. */
export function readUpstream(
  name: string,
  entry: UpstreamEntry,
  { files, ownPorts, problem }: Reading,
): (connectMs: number) => UpstreamPlan {
  const at = `upstreams.${name}`;
  const origin = new URL(entry.url);
  const addresses = { allowed: toBlockList(entry.allowAddresses, at, problem), ownPorts };
  const refused = refusedHost(origin.hostname, portOf(origin), addresses);
  if (refused !== undefined) problem(`${at}.url`, refused);
  if (entry.tls !== undefined && origin.protocol === 'http:')
    problem(`${at}.tls`, 'would mean nothing: the url is http:');
  const read = (file: string | undefined, member: string) =>
    file === undefined ? undefined : files.read(file, `${at}.tls.${member}`);
  const tls = {
    ca: read(entry.tls?.caFile, 'caFile'),
    cert: read(entry.tls?.certificateFile, 'certificateFile'),
    key: read(entry.tls?.privateKeyFile, 'privateKeyFile'),
    servername: entry.tls?.serverName,
  };
  requireUsable(tls, `${at}.tls`, problem);
  const { connections, hostHeader, assertionAudience = origin.origin } = entry;
  return (connectMs) => ({
    origin,
    tls,
    connectMs,
    connections,
    assertionAudience,
    preserveHost: hostHeader === 'client',
    addresses,
  });
}

function toBlockList(networks: readonly string[], at: string, problem: Problem): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const [address = '', bits, more] = text.split('/');
    const family = isIP(address);
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(bits) ? Number(bits) : 0;
    if (family === 0 || more !== undefined || prefix < 1 || prefix > (family === 4 ? 32 : 128))
      problem(`${at}.allowAddresses`, `${text} is no address and no network like 169.254.10.0/24`);
    else list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
