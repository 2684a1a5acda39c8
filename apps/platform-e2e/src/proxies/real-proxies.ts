/** One of the proxies whose configuration stands in examples/proxies, and how a test runs it. */
export interface RealProxy {
  /** Also the name of its directory, and in its proxies.yaml. */
  readonly name: 'nginx' | 'haproxy' | 'apache' | 'caddy';
  readonly program: string;
  /** The file of the example. */
  readonly configuration: string;
  /** What stands in the example, beside the places that all have, and what takes its place: the port above all. */
  readonly places: Readonly<Record<string, (port: number, publicTokenPort: number) => string>>;
  /** What an installed proxy has around the example; nothing where the example is everything. */
  readonly around?: (place: Place) => string;
  /** How it stays in the foreground with this file. */
  readonly args: (file: string) => readonly string[];
  /** A certificate as its header carries it, for forging. */
  readonly toHeader: (pem: string) => string;
  /** Whether the issuers that a client sends get through. */
  readonly forwardsChain: boolean;
}

/** Where one run of a proxy lives. */
export interface Place {
  readonly directory: string;
  readonly example: string;
  readonly port: number;
}

const MODULES = '/usr/lib/apache2/modules';
const APACHE_MODULES = 'mpm_event authz_core ssl socache_shmcb proxy proxy_http headers env macro'.split(' ');

const toDerBase64 = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '');

export const REAL_PROXIES: readonly RealProxy[] = [
  {
    name: 'nginx',
    program: 'nginx',
    configuration: 'holdfast.conf',
    places: {
      'listen 443 ssl': (port) => `listen 127.0.0.1:${port} ssl`,
      'token.internal:7410': (_, publicTokenPort) => `localhost:${publicTokenPort}`,
    },
    around: ({ directory, example }) => `
      daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log ${directory}/proxy.log;
      events { worker_connections 256; }
      http {
        access_log off;
        client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxied;
        fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
        include ${example};
      }`,
    args: (file) => ['-c', file],
    toHeader: (pem) => encodeURIComponent(pem),
    forwardsChain: false,
  },
  {
    name: 'haproxy',
    program: 'haproxy',
    configuration: 'haproxy.cfg',
    places: { 'bind :443': (port) => `bind 127.0.0.1:${port}` },
    args: (file) => ['-db', '-f', file],
    toHeader: toDerBase64,
    forwardsChain: true,
  },
  {
    name: 'apache',
    program: 'apache2',
    configuration: 'holdfast.conf',
    places: { '*:443': (port) => `127.0.0.1:${port}` },
    around: ({ directory, example, port }) =>
      [
        ...APACHE_MODULES.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
        `ServerRoot ${directory}`,
        `DefaultRuntimeDir ${directory}`,
        `PidFile ${directory}/apache.pid`,
        `ErrorLog ${directory}/proxy.log`,
        'ServerName localhost',
        `Listen 127.0.0.1:${port}`,
        'User www-data',
        'Group www-data',
        `Include ${example}`,
      ].join('\n'),
    args: (file) => ['-D', 'FOREGROUND', '-f', file],
    toHeader: (pem) => pem.trim().replaceAll('\n', ' '),
    forwardsChain: true,
  },
  {
    name: 'caddy',
    program: 'caddy',
    configuration: 'caddy.json',
    places: { '":443"': (port) => `"127.0.0.1:${port}"` },
    args: (file) => ['run', '--config', file],
    toHeader: toDerBase64,
    forwardsChain: false,
  },
];
