import { publicKeyThumbprint, type TrustAnchor } from '@holdfast/certificate-validation';
import type { ProxyEntry } from './proxies-file.js';
import type { TrustedProxy } from './trusted-proxy.js';

/** Takes down what is wrong with a member of an entry. */
export type Problem = (member: string, text: string) => void;

/** What lets two entries be taken for each other: a name, a thumbprint, a user or an authority that both have. */
export function requireDistinct(
  entries: readonly ProxyEntry[],
  proxies: readonly TrustedProxy[],
): readonly string[] {
  return [
    ...sharedBy(entries.map(({ name }) => [name])).map((name) => `${name}: two proxies have this name`),
    ...sharedBy(proxies.map(thumbprintsOf)).map((text) => `${text}: two proxies have this thumbprint`),
    ...sharedBy(entries.map(({ basic }) => (basic === undefined ? [] : [basic.user]))).map(
      (user) => `${user}: two proxies have this user`,
    ),
    // One authority may serve several proxies only where each also has credentials of its own.
    ...sharedBy(proxies.map((proxy) => (proxy.basic === undefined ? authoritiesOf(proxy) : []))).map(
      (subject) => `an authority (key ${subject}) issues to two proxies that nothing else tells apart`,
    ),
  ];
}

function sharedBy(lists: readonly (readonly string[])[]): readonly string[] {
  const all = lists.flatMap((list) => [...new Set(list)]);
  return [...new Set(all.filter((text, index) => all.indexOf(text) < index))];
}

function thumbprintsOf({ certificate }: TrustedProxy): readonly string[] {
  return certificate !== undefined && 'thumbprints' in certificate ? [...certificate.thumbprints] : [];
}

function authoritiesOf({ certificate }: TrustedProxy): readonly string[] {
  return certificate !== undefined && 'anchors' in certificate ? certificate.anchors.map(keyOf) : [];
}

function keyOf({ certificate }: TrustAnchor): string {
  return publicKeyThumbprint(certificate);
}
