import type { DatabaseSecrets } from './database-secrets.js';
import type { CertificateFiles, DevelopmentPki } from './development-pki.js';
import type { Ports } from './ports.js';
import type { Application, Program } from './supervisor.js';

/** The clients as which the sample API and the gateway read the deny feed. */
export const ORDERS_API_CLIENT = 'holdfast-orders-api';
export const GATEWAY_CLIENT = 'holdfast-gateway';
/** The client of the second provider as which its API does so. */
export const FREIGHT_API_CLIENT = 'freight-api';

const RESOURCE_SERVER = 'apps/resource-server/dist/main.js';
/** What is ordered at the API of the second provider, so that it can be told from the first. */
const FREIGHT_ITEMS = 'Pallet to Basel,Container to Bergen';

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
  /** The API of the second provider. */
  readonly secondResourceServer: string;
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
    secondResourceServer: at(ports.freight),
    gateway: at(ports.gateway),
    admin: at(ports.admin),
    adminApi: at(ports.adminApi),
  };
}

/** What makes the databases ready: one list for each, its programs in this order. Each may run any number of times. */
export function preparations({ ports, pki, secrets }: StackSettings): Program[][] {
  const registry = { HOLDFAST_MODE: 'development', DATABASE_URL_FILE: secrets.registryOwnerUrlFile };
  return [
    [
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
    ],
    [
      migrateOrders('migrate-orders', ['--demo-orders', 'acme,beta'], {
        DATABASE_URL_FILE: secrets.ordersOwnerUrlFile,
        RESOURCE_SERVER_PASSWORD_FILE: secrets.resourceServerPasswordFile,
      }),
    ],
    [
      migrateOrders('migrate-freight', ['--demo-orders', 'acme', '--demo-items', FREIGHT_ITEMS], {
        DATABASE_URL_FILE: secrets.freightOwnerUrlFile,
        RESOURCE_SERVER_PASSWORD_FILE: secrets.freightPasswordFile,
      }),
    ],
  ];
}

function migrateOrders(name: string, args: readonly string[], secrets: Environment): Program {
  const env = { HOLDFAST_MODE: 'development', ...secrets };
  return { name, script: 'apps/resource-server/dist/migrate.js', args, env };
}

/** The applications of a stack, in the order in which they are started. */
export function applications(settings: StackSettings): Application[] {
  const { ports, pki, secrets, auditSpool, gatewayFile } = settings;
  const urls = urlsOf(ports);
  return [
    {
      name: 'token-service',
      script: 'apps/token-service/dist/main.js',
      managementPort: ports.tokenManagement,
      env: {
        ...everywhere(settings),
        ENVIRONMENT: 'development',
        MTLS_URL: urls.tokenMutualTls,
        PUBLIC_PORT: String(ports.tokenPublic),
        MTLS_PORT: String(ports.tokenMutualTls),
        MANAGEMENT_PORT: String(ports.tokenManagement),
        DATABASE_URL_FILE: secrets.tokenServiceUrlFile,
        KEY_ENCRYPTION_KEY_FILE: pki.keyEncryptionKeyFile,
        AUDIT_SPOOL_DIR: auditSpool,
        ...behindProxies(settings, ports.tokenProxies),
      },
    },
    {
      name: 'resource-server',
      script: RESOURCE_SERVER,
      managementPort: ports.resourceManagement,
      env: {
        ...verifiesTokens(settings),
        AUDIENCE: urls.resourceServer,
        MTLS_PORT: String(ports.resourceServer),
        MANAGEMENT_PORT: String(ports.resourceManagement),
        GATEWAY_ISSUER: urls.gateway,
        GATEWAY_KEYS_FILE: pki.gateway.keysFile,
        ...followsDenyFeed(urls, ORDERS_API_CLIENT, pki.ordersApi),
        DATABASE_URL_FILE: secrets.resourceServerUrlFile,
        ...behindProxies(settings, ports.resourceProxies),
      },
    },
    {
      name: 'gateway',
      script: 'apps/gateway/dist/main.js',
      managementPort: ports.gatewayManagement,
      env: {
        ...everywhere(settings),
        GATEWAY_FILE: gatewayFile,
        MTLS_PORT: String(ports.gateway),
        MANAGEMENT_PORT: String(ports.gatewayManagement),
        ...behindProxies(settings, ports.gatewayProxies),
      },
    },
    {
      name: 'admin',
      script: 'apps/admin/dist/main.js',
      managementPort: ports.adminManagement,
      env: {
        ...verifiesTokens(settings),
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

/** The API of the second provider. It is ready once its client, which that partner has, is registered. */
export function freightApi(settings: StackSettings): Application {
  const { ports, pki, secrets } = settings;
  const urls = urlsOf(ports);
  return {
    name: 'freight-api',
    script: RESOURCE_SERVER,
    managementPort: ports.freightManagement,
    env: {
      ...verifiesTokens(settings),
      AUDIENCE: urls.secondResourceServer,
      MTLS_PORT: String(ports.freight),
      MANAGEMENT_PORT: String(ports.freightManagement),
      ...followsDenyFeed(urls, FREIGHT_API_CLIENT, pki.freightApi),
      DATABASE_URL_FILE: secrets.freightUrlFile,
      ...behindProxies(settings, ports.freightProxies),
    },
  };
}

type Environment = Readonly<Record<string, string>>;

function everywhere({ ports, pki }: StackSettings): Environment {
  return {
    HOLDFAST_MODE: 'development',
    ISSUER: urlsOf(ports).issuer,
    LISTEN_HOST: '127.0.0.1',
    TLS_CERTIFICATE_FILE: pki.server.certificateFile,
    TLS_PRIVATE_KEY_FILE: pki.server.privateKeyFile,
  };
}

function verifiesTokens(settings: StackSettings): Environment {
  const { ports, pki } = settings;
  return { ...everywhere(settings), ISSUER_CA_FILE: pki.serverCaFile, JWKS_URI: urlsOf(ports).jwks };
}

function followsDenyFeed(
  urls: StackUrls,
  clientId: string,
  { certificateFile, privateKeyFile }: CertificateFiles,
): Environment {
  return {
    DENY_FEED_URL: urls.denyFeed,
    DENY_FEED_JWKS_URI: urls.denyFeedJwks,
    DENY_FEED_CLIENT_ID: clientId,
    DENY_FEED_CERTIFICATE_FILE: certificateFile,
    DENY_FEED_PRIVATE_KEY_FILE: privateKeyFile,
  };
}

function behindProxies({ proxiesFile }: StackSettings, port: number): Environment {
  return proxiesFile === undefined ? {} : { PROXY_PORT: String(port), PROXIES_FILE: proxiesFile };
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
