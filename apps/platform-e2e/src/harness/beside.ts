import { applications, findFreePortBase, portsFrom, type Application } from '@holdfast/stack';
import { settingsOf, type StackUnderTest } from './stack-under-test.js';

/** Another instance of one of the stack's applications: same databases and identity, other ports. */
export interface Beside {
  readonly application: Application;
  /** Where its mutual-TLS listener will be. */
  readonly url: string;
  readonly port: number;
}

/** An instance that has a listener for proxies, too. */
export interface BesideProxies extends Beside {
  readonly proxyPort: number;
}

/** For a sample API with another issuer than the stack's, whose feed would be a stranger's. */
export const FOLLOWS_NO_FEED = {
  DENY_FEED_URL: '',
  DENY_FEED_JWKS_URI: '',
  DENY_FEED_CLIENT_ID: '',
  DENY_FEED_CERTIFICATE_FILE: '',
  DENY_FEED_PRIVATE_KEY_FILE: '',
} as const;

/** Describes another instance of an application of the stack. `env` changes its configuration further. */
export async function beside(
  stack: StackUnderTest,
  name: 'token-service' | 'resource-server' | 'gateway' | 'admin',
  env: Readonly<Record<string, string>> = {},
): Promise<Beside> {
  const original = applications(settingsOf(stack)).find((application) => application.name === name);
  if (original === undefined) throw new Error(`the stack has no application ${name}`);
  // Below the ports that the system hands out: no outgoing connection gets in between.
  const free = portsFrom(await findFreePortBase());
  const [port, managementPort, publicPort] = [free.tokenMutualTls, free.tokenManagement, free.tokenPublic];
  const own = {
    MTLS_PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    ...('PUBLIC_PORT' in original.env && { PUBLIC_PORT: String(publicPort) }),
    // People have one address; the other instance serves it.
    ...('PEOPLE_PORT' in original.env && { PEOPLE_PORT: '', PEOPLE_URL: '' }),
  };
  return {
    application: { ...original, managementPort, env: { ...original.env, ...own, ...env } },
    url: `https://localhost:${port}`,
    port,
  };
}

/** The same instance with a listener for the proxies of a file. Its port is free: `beside` took a whole base. */
export function behindProxies(one: Beside, proxiesFile: string): BesideProxies {
  const proxyPort = one.port + 1;
  const env = { ...one.application.env, PROXY_PORT: String(proxyPort), PROXIES_FILE: proxiesFile };
  return { ...one, application: { ...one.application, env }, proxyPort };
}
