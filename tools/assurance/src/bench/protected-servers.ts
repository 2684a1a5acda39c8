import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../program.js';
import { AUDIENCE, ISSUER, type CallerWorld } from './caller-world.js';

/** A server that is measured. */
export interface ProtectedServer {
  readonly name: string;
  /** Whether it lets nobody through without the token's certificate: tried before it is measured. */
  readonly protects: boolean;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a server listens, and what stands behind it. */
export interface Place {
  readonly port: number;
  readonly backendPort: number;
  /** A port for its own use. */
  readonly managementPort: number;
}

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const APACHE_MODULES = '/usr/lib/apache2/modules';
const MODULES =
  'mpm_event authz_core authn_core authz_user ssl socache_shmcb headers proxy proxy_http oauth2';

/** Our own servers of the benchmark, as they were built. */
export const ownServer = (name: string): string => join(import.meta.dirname, 'servers', `${name}.js`);

/** Our gateway before a backend. */
export function gateway(world: CallerWorld, { port, backendPort, managementPort }: Place): ProtectedServer {
  const file = world.write(
    'gateway.yaml',
    `tokens: { issuers: [{ issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { jwks: ${JSON.stringify({ keys: [world.jwk] })} } }] }
upstreams: { orders: { url: 'http://127.0.0.1:${backendPort}' } }
routes: [{ path: /orders, methods: [GET], scopes: [orders:read], upstream: orders }]
`,
  );
  return {
    name: 'Holdfast gateway',
    protects: true,
    program: process.execPath,
    args: [join(ROOT, 'apps/gateway/dist/main.js')],
    env: {
      GATEWAY_FILE: file,
      LISTEN_HOST: '127.0.0.1',
      MTLS_PORT: String(port),
      MANAGEMENT_HOST: '127.0.0.1',
      MANAGEMENT_PORT: String(managementPort),
      TLS_CERTIFICATE_FILE: world.path('server.pem'),
      TLS_PRIVATE_KEY_FILE: world.path('server.key.pem'),
    },
  };
}

/** Apache with mod_oauth2 before a backend; undefined where it is not installed. */
export function modOauth2(world: CallerWorld, { port, backendPort }: Place): ProtectedServer | undefined {
  if (!existsSync(join(APACHE_MODULES, 'mod_oauth2.so'))) return undefined;
  const { directory } = world;
  const jwk = JSON.stringify(world.jwk).replace(/["\\]/g, '\\$&');
  const file = world.write(
    'apache.conf',
    `${MODULES.split(' ')
      .map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`)
      .join('\n')}
ServerRoot ${directory}
DefaultRuntimeDir ${directory}
PidFile ${directory}/apache.pid
ErrorLog ${directory}/log/apache.log
ServerName localhost
Listen 127.0.0.1:${port}
User www-data
Group www-data
StartServers 1
ServerLimit 1
ThreadsPerChild 32
MaxRequestWorkers 32
KeepAlive on
MaxKeepAliveRequests 0
KeepAliveTimeout 75
SSLSessionTickets off
<VirtualHost 127.0.0.1:${port}>
SSLEngine on
SSLCertificateFile ${directory}/server.pem
SSLCertificateKeyFile ${directory}/server.key.pem
SSLVerifyClient optional_no_ca
SSLVerifyDepth 10
SSLOptions +ExportCertData
ProxyPass / http://127.0.0.1:${backendPort}/
<Location />
AuthType oauth2
OAuth2TokenVerify jwk "${jwk}" type=mtls&mtls.policy=required
<RequireAll>
Require oauth2_claim iss:${ISSUER}
Require oauth2_claim aud:${AUDIENCE}
</RequireAll>
</Location>
</VirtualHost>
`,
  );
  return {
    name: 'Apache with mod_oauth2',
    protects: true,
    program: 'apache2',
    args: ['-D', 'FOREGROUND', '-f', file],
  };
}

/** nginx as a TLS proxy that checks no token; undefined where it is not installed. */
export function nginx(world: CallerWorld, { port, backendPort }: Place): ProtectedServer | undefined {
  if (!isInstalled('nginx') && !existsSync('/usr/sbin/nginx')) return undefined;
  const { directory } = world;
  const file = world.write(
    'nginx.conf',
    `daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log ${directory}/log/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 75s;
  client_body_temp_path ${directory}/nginx-body; proxy_temp_path ${directory}/nginx-proxy;
  fastcgi_temp_path ${directory}/nginx-f; uwsgi_temp_path ${directory}/nginx-u; scgi_temp_path ${directory}/nginx-s;
  upstream api { server 127.0.0.1:${backendPort}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate server.pem; ssl_certificate_key server.key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_verify_client optional_no_ca; ssl_session_tickets off; ssl_session_cache off;
    location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://api; }
  }
}
`,
  );
  return {
    name: 'nginx, which checks no token',
    protects: false,
    program: 'nginx',
    args: ['-e', join(directory, 'log', 'nginx.log'), '-p', directory, '-c', file],
  };
}

/** node:https and undici, which check nothing. */
export function bareProxy(world: CallerWorld, { port, backendPort }: Place): ProtectedServer {
  const { env, ...bare } = bareApi(world, port);
  return {
    ...bare,
    name: 'bare Node with undici, which checks no token',
    env: { ...env, UPSTREAM: `http://127.0.0.1:${backendPort}` },
  };
}

/** node:https, which answers by itself and checks nothing. */
export function bareApi(world: CallerWorld, port: number): ProtectedServer {
  return {
    name: 'bare `node:https`, which checks no token',
    protects: false,
    program: process.execPath,
    args: [ownServer('bare')],
    env: {
      TLS_CERT: world.path('server.pem'),
      TLS_KEY: world.path('server.key.pem'),
      PORT: String(port),
    },
  };
}

/** The APIs of examples/resource-servers, as they stand there. */
export const GUARDED = [
  { name: '`node:https`', program: 'node-http/server.mjs' },
  { name: 'Fastify', program: 'fastify/server.mjs' },
  { name: 'Express', program: 'express/server.mjs' },
  { name: 'Nest', program: 'nest/dist/server.js' },
] as const;

export function guarded(
  world: CallerWorld,
  { name, program }: (typeof GUARDED)[number],
  port: number,
  jwksUri: string,
): ProtectedServer {
  return {
    name: `Holdfast guard in ${name}`,
    protects: true,
    program: process.execPath,
    args: [join(ROOT, 'examples/resource-servers', program)],
    env: {
      ISSUER,
      AUDIENCE,
      JWKS_URI: jwksUri,
      ISSUER_CA: world.path('server.pem'),
      TLS_CERT: world.path('server.pem'),
      TLS_KEY: world.path('server.key.pem'),
      PORT: String(port),
    },
  };
}
