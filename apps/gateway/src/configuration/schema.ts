import { z } from 'zod';
import { TokenPolicy } from '@holdfast/cnf-token-verification';
import { DEFAULT_IDENTITY_HEADERS } from '../identity/identity-headers.js';
import { parsePathPattern } from '../routing/path-pattern.js';

/** The shape of the gateway file. Members that are not known are refused; what members say together is `plan.ts`. */

const seconds = (most: number) => z.number().positive().max(most);
const file = z.string().min(1);

/** Headers that mean something else to every server, or are for one connection. */
const OTHER_MEANING =
  /^(?:authorization|proxy-.*|host|cookie|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-.*|expect|date|x-request-id|x-forwarded-.*)$/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'is no header name of letters, digits and hyphens')
  .refine((name) => !OTHER_MEANING.test(name), 'means something else to every server');

const bytesPerSecond = z.number().int().min(0).max(1_000_000);

const Timeouts = z.strictObject({
  /** To connect, TLS included. */
  connectSeconds: seconds(60).default(2),
  /** For the next piece of a request's body, while the client is waited for. */
  bodyIdleSeconds: seconds(3_600).default(10),
  /** What a body must bring for each second of waiting, on average beyond the first `bodyIdleSeconds`; 0: any. */
  bodyBytesPerSecond: bytesPerSecond.default(500),
  /** For the header of the answer, counted anew with every piece of the request's body. */
  responseSeconds: seconds(3_600).default(30),
  /** Between two pieces of the answer's body; on a WebSocket, in either direction. */
  idleSeconds: seconds(86_400).default(60),
  /** For the whole call; not bounded if absent. */
  totalSeconds: seconds(86_400).optional(),
});

const Rate = z.strictObject({
  perSecond: z.number().positive().max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000),
});

const Tls = z.strictObject({
  caFile: file.optional(),
  certificateFile: file.optional(),
  privateKeyFile: file.optional(),
});

const pairOfFiles = (tls: z.output<typeof Tls>): boolean =>
  (tls.certificateFile === undefined) === (tls.privateKeyFile === undefined);
const PAIR = 'needs both certificateFile and privateKeyFile, or neither';

export const Upstream = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http: or https: URL' }).refine((url) => {
    // Refinements run although the URL was refused already.
    if (!URL.canParse(url)) return true;
    const { pathname, search, hash, username } = new URL(url);
    return pathname === '/' && search + hash + username === '' && !url.includes('@');
  }, 'must be scheme, host and port only: a call keeps its own path'),
  tls: Tls.extend({ serverName: z.string().min(1).optional() })
    .refine(pairOfFiles, PAIR)
    .optional(),
  connections: z.number().int().min(1).max(10_000).default(256),
  /** Whether it gets the Host of the client or its own. */
  hostHeader: z.enum(['upstream', 'client']).default('upstream'),
  /** Whom assertions for it are for; its origin if absent. */
  assertionAudience: z.string().min(1).optional(),
  /** Link-local and other special addresses that are meant: `169.254.10.0/24`. */
  allowAddresses: z.array(z.string()).default([]),
});

const METHOD = /^(?!CONNECT$|TRACE$)[A-Z][A-Z-]{0,31}$/;

export const Route = z.strictObject({
  path: z
    .string()
    .refine(
      (text) => parsePathPattern(text) !== undefined,
      'must be like /orders, /orders/* (one segment) or /orders/** (itself and all below), without escapes',
    ),
  host: z
    .string()
    .regex(/^[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/, 'must be a host name in lower case, without a port')
    .optional(),
  methods: z.union([
    z.literal('any'),
    z.array(z.string().regex(METHOD, 'must be a method in upper case, but not CONNECT or TRACE')).min(1),
  ]),
  /** All of these must be in the token; `[]`: any token for the audience; `public`: no token at all. */
  scopes: z.union([z.literal('public'), z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))]),
  /** Absent: a proxy asks `/verify`, and forwards by itself. */
  upstream: z.string().optional(),
  /** Instead of the audience of `tokens`. */
  audience: z.string().min(1).optional(),
  /** Instead of the binding of `tokens`. */
  binding: z.enum(['required', 'optional']).optional(),
  webSocket: z.boolean().default(false),
  /** Instead of those of the file; one connects to an upstream, not for a route. */
  timeouts: z
    .strictObject({
      bodyIdleSeconds: seconds(3_600).optional(),
      bodyBytesPerSecond: bytesPerSecond.optional(),
      responseSeconds: seconds(3_600).optional(),
      idleSeconds: seconds(86_400).optional(),
      totalSeconds: seconds(86_400).optional(),
    })
    .optional(),
  bodyBytes: z.number().int().min(0).optional(),
  rate: Rate.optional(),
});

const Assertion = z.strictObject({
  /** PKCS#8 PEM of a P-256 key that is for this alone. */
  privateKeyFile: file,
  /** Its `iss`: the address under which upstreams find the keys of the gateway. */
  issuer: z.url({ protocol: /^https$/ }),
  header: headerName.default('Holdfast-Assertion'),
  /** As `Authorization: Bearer` instead, bound to the gateway's own certificate where it shows the upstream one. */
  bearer: z.boolean().default(false),
  lifetimeSeconds: z.number().int().min(5).max(300).default(60),
});

const Identity = z.strictObject({
  headers: z
    .strictObject({
      clientId: headerName.default(DEFAULT_IDENTITY_HEADERS.clientId),
      partner: headerName.default(DEFAULT_IDENTITY_HEADERS.partner),
      scopes: headerName.default(DEFAULT_IDENTITY_HEADERS.scopes),
      thumbprint: headerName.default(DEFAULT_IDENTITY_HEADERS.thumbprint),
      issuer: headerName.default(DEFAULT_IDENTITY_HEADERS.issuer),
    })
    .prefault({}),
  /** More headers that no client may send to an upstream. */
  strip: z.array(headerName).default([]),
  assertion: Assertion.optional(),
});

const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https: URL' });

/** Where an issuer tells what it has stopped; read with the certificate of `issuerTls`. Its silence is judged by `tokens.denyFeed`. */
const DenyFeed = z.strictObject({
  /** `deny_feed_endpoint` in the metadata of the issuer. */
  url: httpsUrl,
  /** `deny_feed_jwks_uri`. */
  jwksUri: httpsUrl,
  /** A client with the scope `deny-feed:read` at the issuer. */
  clientId: z.string().min(1),
  /** Whose feed it is, where `tokens` has several issuers. */
  issuer: z.string().min(1).optional(),
});

export const GatewayFile = z.strictObject({
  tokens: TokenPolicy,
  denyFeed: DenyFeed.optional(),
  /** For connections to the issuers: keys, introspection. */
  issuerTls: Tls.refine(pairOfFiles, PAIR).prefault({}),
  upstreams: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), Upstream).default({}),
  routes: z.array(Route).min(1),
  timeouts: Timeouts.prefault({}),
  /** The longest body of a request. */
  bodyBytes: z
    .number()
    .int()
    .min(0)
    .default(10 * 1_024 * 1_024),
  /** For each client and route, unless the route has its own. */
  rate: Rate.optional(),
  identity: Identity.prefault({}),
  /** How the proxies that ask `/verify` describe the request in question. */
  verify: z.strictObject({ style: z.enum(['nginx', 'traefik', 'envoy']) }).optional(),
  /** Whether `/.well-known/oauth-protected-resource` is served and named in challenges (RFC 9728). */
  metadata: z.boolean().default(true),
});

export type GatewayFile = z.output<typeof GatewayFile>;
export type RouteEntry = GatewayFile['routes'][number];
export type UpstreamEntry = GatewayFile['upstreams'][string];
