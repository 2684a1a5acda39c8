import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PresentedCertificate } from '@holdfast/token-binding';

/** Certificates beyond the leaf that are taken from a handshake. More are refused by the judge, not cut silently. */
export const LARGEST_BAG = 10;

const presentedBy = new WeakMap<Socket, PresentedCertificate | 'none'>();

/**
 * What the peer of a TLS connection presented in its handshake, or `undefined` if nothing.
 * Does NOT judge the certificate; `socket.authorized` is never read.
 */
export function ofSocket(socket: Socket): PresentedCertificate | undefined {
  const known = presentedBy.get(socket) ?? remember(socket);
  return known === 'none' ? undefined : known;
}

/** Reading is destructive in Node: only the first call on a socket gives the chain. So it is read once and kept. */
function remember(socket: Socket): PresentedCertificate | 'none' {
  const presented = socket instanceof TLSSocket ? read(socket) : 'none';
  presentedBy.set(socket, presented);
  return presented;
}

function read(socket: TLSSocket): PresentedCertificate | 'none' {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined || leaf.raw.length === 0) return 'none';
  const bag: Uint8Array[] = [];
  // The links are the *sent order*, not an issuer relation: an unordered bag. One more than allowed shows the excess.
  for (
    let next = leaf.issuerCertificate;
    next !== undefined && bag.length <= LARGEST_BAG;
    next = next.issuerCertificate
  ) {
    bag.push(next.raw);
  }
  return { leaf: leaf.raw, bag };
}
