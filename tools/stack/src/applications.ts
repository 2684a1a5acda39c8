import type { DatabaseSecrets } from './database-secrets.js';
import type { DevelopmentPki } from './development-pki.js';
import type { Ports } from './ports.js';
import type { Application, Program } from './supervisor.js';

/** The clients as which the sample API and the gateway read the deny feed. */
export const ORDERS_API_CLIENT = 'holdfast-orders-api';
export const GATEWAY_CLIENT = 'holdfast-gateway';

/** Everything that the programs of one stack are configured from. */
export interface StackSettings {
  readonly ports: Ports;
  readonly pki: DevelopmentPki;
  readonly secrets: DatabaseSecrets;
  readonly auditSpool: string;
  /** The proxies that may forward client certificates, if there are any: their listeners are off without it. */
  readonly proxiesFile?: string | undefined;
  /** What the gateway is told, made by `writeGatewayFile`. */
  readonly gatewayFile: string;
}

/** The addresses under which a stack's listeners are reached. */
export interface StackUrls {
  readonly issuer: string;
  readonly jwks: string;
  readonly tokenMutualTls: string;
  readonly tokenEndpoint: string;
  readonly denyFeed: string;
  readonly denyFeedJwks: string;
  readonly resourceServer: string;
  readonly gateway: string;
  readonly admin: string;
  readonly adminApi: string;
}

/** The addresses that follow from the ports. */
export function urlsOf(ports: Ports): StackUrls {
  const at = (port: number): string => `https://localhost:${port}`;
  return {
    issuer: at(ports.tokenPublic),
    jwks: `${at(ports.tokenPublic)}/jwks`,
    tokenMutualTls: at(ports.tokenMutualTls),
    tokenEndpoint: `${at(ports.tokenMutualTls)}/token`,
    denyFeed: `${at(ports.tokenMutualTls)}/deny-feed`,
    denyFeedJwks: `${at(ports.tokenPublic)}/.well-known/holdfast/deny-feed-jwks`,
    resourceServer: at(ports.resourceServer),
    gateway: at(ports.gateway),
    admin: at(ports.admin),
    adminApi: at(ports.adminApi),
  };
}

/** What makes the databases ready, in this order. Each may run any number of times. */
export function preparations({ ports, pki, secrets }: StackSettings): Program[] {
  const registry = { HOLDFAST_MODE: 'development', DATABASE_URL_FILE: secrets.registryOwnerUrlFile };
  return [
    {
      name: 'migrate',
      script: 'apps/migrate/dist/main.js',
      args: ['up'],
      env: {
        ...registry,
        TOKEN_SERVICE_PASSWORD_FILE: secrets.tokenServicePasswordFile,
        ADMIN_PASSWORD_FILE: secrets.adminPasswordFile,
      },
    },
    {
      name: 'migrate-bootstrap',
      script: 'apps/migrate/dist/main.js',
      args: [
        'bootstrap',
        '--operator-certificate',
        pki.operator.certificateFile,
        '--admin-audience',
        urlsOf(ports).adminApi,
        '--issuer',
        urlsOf(ports).issuer,
        '--feed-reader',
        `${ORDERS_API_CLIENT}=${pki.ordersApi.certificateFile}`,
        '--feed-reader',
        `${GATEWAY_CLIENT}=${pki.gateway.certificateFile}`,
      ],
      env: registry,
    },
    {
      name: 'migrate-orders',
      script: 'apps/resource-server/dist/migrate.js',
      args: ['--demo-orders', 'acme,beta'],
      env: {
        HOLDFAST_MODE: 'development',
        DATABASE_URL_FILE: secrets.ordersOwnerUrlFile,
        RESOURCE_SERVER_PASSWORD_FILE: secrets.resourceServerPasswordFile,
      },
    },
  ];
}

/** The applications of a stack, in the order in which they are started. */
export function applications(settings: StackSettings): Application[] {
  const { ports, pki, secrets, auditSpool, proxiesFile, gatewayFile } = settings;
  const urls = urlsOf(ports);
  const everywhere = {
    HOLDFAST_MODE: 'development',
    ISSUER: urls.issuer,
    LISTEN_HOST: '127.0.0.1',
    TLS_CERTIFICATE_FILE: pki.server.certificateFile,
    TLS_PRIVATE_KEY_FILE: pki.server.privateKeyFile,
  };
  const behindProxies = (port: number): Record<string, string> =>
    proxiesFile === undefined ? {} : { PROXY_PORT: String(port), PROXIES_FILE: proxiesFile };
  const verifiesTokens = { ...everywhere, ISSUER_CA_FILE: pki.serverCaFile, JWKS_URI: urls.jwks };
  return [
    {
      name: 'token-service',
      script: 'apps/token-service/dist/main.js',
      managementPort: ports.tokenManagement,
      env: {
        ...everywhere,
        ENVIRONMENT: 'development',
        MTLS_URL: urls.tokenMutualTls,
        PUBLIC_PORT: String(ports.tokenPublic),
        MTLS_PORT: String(ports.tokenMutualTls),
        MANAGEMENT_PORT: String(ports.tokenManagement),
        DATABASE_URL_FILE: secrets.tokenServiceUrlFile,
        KEY_ENCRYPTION_KEY_FILE: pki.keyEncryptionKeyFile,
        AUDIT_SPOOL_DIR: auditSpool,
        ...behindProxies(ports.tokenProxies),
      },
    },
    {
      name: 'resource-server',
      script: 'apps/resource-server/dist/main.js',
      managementPort: ports.resourceManagement,
      env: {
        ...verifiesTokens,
        AUDIENCE: urls.resourceServer,
        MTLS_PORT: String(ports.resourceServer),
        MANAGEMENT_PORT: String(ports.resourceManagement),
        GATEWAY_ISSUER: urls.gateway,
        GATEWAY_KEYS_FILE: pki.gateway.keysFile,
        DENY_FEED_URL: urls.denyFeed,
        DENY_FEED_JWKS_URI: urls.denyFeedJwks,
        DENY_FEED_CLIENT_ID: ORDERS_API_CLIENT,
        DENY_FEED_CERTIFICATE_FILE: pki.ordersApi.certificateFile,
        DENY_FEED_PRIVATE_KEY_FILE: pki.ordersApi.privateKeyFile,
        DATABASE_URL_FILE: secrets.resourceServerUrlFile,
        ...behindProxies(ports.resourceProxies),
      },
    },
    {
      name: 'gateway',
      script: 'apps/gateway/dist/main.js',
      managementPort: ports.gatewayManagement,
      env: {
        ...everywhere,
        GATEWAY_FILE: gatewayFile,
        MTLS_PORT: String(ports.gateway),
        MANAGEMENT_PORT: String(ports.gatewayManagement),
        ...behindProxies(ports.gatewayProxies),
      },
    },
    {
      name: 'admin',
      script: 'apps/admin/dist/main.js',
      managementPort: ports.adminManagement,
      env: {
        ...verifiesTokens,
        AUDIENCE: urls.adminApi,
        MTLS_PORT: String(ports.adminApi),
        PEOPLE_URL: urls.admin,
        PEOPLE_PORT: String(ports.admin),
        MANAGEMENT_PORT: String(ports.adminManagement),
        DATABASE_URL_FILE: secrets.adminUrlFile,
      },
    },
  ];
}

/** Prints the one-time link of the first owner, or nothing once an owner has a passkey. */
export function ownerInvitation(settings: StackSettings): Program {
  const admin = applications(settings).find(({ name }) => name === 'admin')!;
  return {
    name: 'owner-invite',
    script: admin.script,
    args: ['owner', 'invite', '--if-needed'],
    env: admin.env,
  };
}
