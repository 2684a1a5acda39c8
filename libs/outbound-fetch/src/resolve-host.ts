import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';
import { Refused } from './refusal.js';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name. Rejects if it has none. */
export type Resolver = (host: string) => Promise<readonly HostAddress[]>;

/** As the machine resolves names, /etc/hosts included: what is checked is what is connected to. */
export const systemResolver: Resolver = (host) => lookup(host, { all: true });

/**
 * The addresses of `host`, all of which may be connected to: one that is not public refuses them all, as there is no
 * telling which one the server behind the name means (SS-04). Throws `Refused`.
 */
export async function vettedAddresses(
  host: string,
  isListed: boolean,
  resolve: Resolver,
): Promise<readonly HostAddress[]> {
  const family = isIP(host);
  const addresses = family === 0 ? await resolved(host, resolve) : [{ address: host, family }];
  const notPublic = addresses.find(({ address }) => !isPublicAddress(address));
  if (notPublic !== undefined && !isListed) throw new Refused('address_not_public', notPublic.address);
  return addresses;
}

async function resolved(host: string, resolve: Resolver): Promise<readonly HostAddress[]> {
  let addresses: readonly HostAddress[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    throw new Refused('host_unresolved', (error as { code?: string }).code ?? 'unknown error');
  }
  if (addresses.length === 0) throw new Refused('host_unresolved');
  return addresses;
}
