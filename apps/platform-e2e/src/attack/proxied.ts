import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from '@holdfast/test-pki';
import { behindProxies, beside } from '../harness/beside.js';
import { issueLeaf, makeRoot, makeSelfSigned, thumbprintOf, toIdentity } from '../harness/identity.js';
import { newDirectory } from '../harness/run-directory.js';
import type { Identity } from '../harness/wire.js';
import type { AttackWorld, Target } from './attack-world.js';

/** A token service, an API and a gateway that have a listener for proxies, and the proxies that they trust. */
export interface Proxied {
  readonly token: Target;
  readonly orders: Target;
  readonly gateway: Target;
  /** The ordinary mutual-TLS listener of that token service. */
  readonly direct: Target;
  /** Pinned; forwards `Client-Cert` and `Client-Cert-Chain` (RFC 9440), an address, and a verdict that is not asked for. */
  readonly edge: Identity;
  /** Pinned; forwards as nginx does, and its verdict may refuse. */
  readonly checking: Identity;
  /** Any certificate of an authority of its own; forwards RFC 9440. */
  readonly issued: Identity;
  readonly authority: Authority;
  /** `user:password` of a proxy that has no certificate; forwards RFC 9440. */
  readonly credential: string;
}

/** Starts them. */
export async function startProxied(world: AttackWorld): Promise<Proxied> {
  const directory = newDirectory('proxied');
  const edge = await makeSelfSigned('CN=edge');
  const checking = await makeSelfSigned('CN=checking');
  const authority = await makeRoot('CN=proxies');
  const issued = await issueLeaf(authority, 'CN=issued');
  const password = randomBytes(24).toString('hex');
  writeFileSync(join(directory, 'ca.pem'), authority.pem);
  writeFileSync(join(directory, 'password'), password, { mode: 0o600 });
  const common = {
    addresses: ['127.0.0.1'],
    format: 'rfc9440',
    certificateHeader: 'Client-Cert',
    chainHeader: 'Client-Cert-Chain',
    proxyValidates: false,
  };
  const proxies = [
    {
      ...common,
      name: 'edge',
      certificate: { thumbprints: [thumbprintOf(edge)] },
      verifyHeader: 'X-Client-Verify',
      clientAddressHeader: 'X-Client-Address',
    },
    {
      name: 'checking',
      addresses: ['127.0.0.0/8'],
      certificate: { thumbprints: [thumbprintOf(checking)] },
      format: 'nginx',
      certificateHeader: 'X-Client-Cert',
      proxyValidates: true,
      verifyHeader: 'X-Client-Verify',
    },
    { ...common, name: 'issued', certificate: { caFile: 'ca.pem' } },
    { ...common, name: 'basic', basic: { user: 'basic', passwordFile: 'password' } },
  ];
  const file = join(directory, 'proxies.json');
  writeFileSync(file, JSON.stringify({ proxies }));
  const tokenService = behindProxies(await beside(world.stack, 'token-service'), file);
  const direct = await world.run(tokenService);
  const resourceServer = behindProxies(await beside(world.stack, 'resource-server'), file);
  const orders = await world.run(resourceServer);
  const between = behindProxies(await beside(world.stack, 'gateway'), file);
  const gateway = await world.run(between);
  return {
    token: { ...direct, url: `https://localhost:${tokenService.proxyPort}` },
    orders: { ...orders, url: `https://localhost:${resourceServer.proxyPort}` },
    gateway: { ...gateway, url: `https://localhost:${between.proxyPort}` },
    direct,
    edge: toIdentity(edge),
    checking: toIdentity(checking),
    issued: toIdentity(issued),
    authority,
    credential: `basic:${password}`,
  };
}
