import type { TokenWish } from './token-request.js';

export type Clock = () => Date;

/** Text, or what files hold. */
export type Pem = string | Buffer;

/** Whom to ask, as whom, and where its tokens may go. Unknown members and missing ones are refused (TypeError). */
export interface PartnerClientOptions extends TokenWish {
  /** The mutual-TLS address of the token endpoint; or else `issuer`. */
  readonly tokenEndpoint?: string;
  /** Whose metadata names the endpoint (RFC 8414; `mtls_endpoint_aliases` is preferred, RFC 8705 §5). */
  readonly issuer?: string;
  readonly clientId: string;
  /** PEM files: the certificate, then those of intermediate authorities; and its key. Followed when they change. */
  readonly certificateFile?: string;
  readonly privateKeyFile?: string;
  /** Or the PEM itself, which stays as it is. */
  readonly certificate?: Pem;
  readonly privateKey?: Pem;
  /** PEM: the authorities of the servers; Node's public ones if absent. */
  readonly ca?: Pem;
  /** Where else `fetch` may send a token, beside the origin of `resource`: origins like `https://api.example`. */
  readonly allowedOrigins?: readonly string[];
  /** How often changed files are looked for, in seconds; 5 by default. */
  readonly reloadSeconds?: number;
  /** How long a server may be silent, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Hears what does not end a call: a new certificate that cannot be used while the last good one stays. */
  readonly onProblem?: (problem: Error) => void;
  /** Hears that a new certificate is in use from now on. */
  readonly onRotation?: () => void;
  /** The time; by default that of this machine. */
  readonly clock?: Clock;
}

const MEMBERS: readonly (keyof PartnerClientOptions)[] = [
  'tokenEndpoint',
  'issuer',
  'clientId',
  'certificateFile',
  'privateKeyFile',
  'certificate',
  'privateKey',
  'ca',
  'resource',
  'scope',
  'allowedOrigins',
  'reloadSeconds',
  'timeoutMs',
  'onProblem',
  'onRotation',
  'clock',
];

/** Throws a TypeError that names what is missing, unknown or given twice. */
export function requireValidOptions(options: PartnerClientOptions): void {
  const unknown = Object.keys(options).filter((name) => !(MEMBERS as readonly string[]).includes(name));
  if (unknown.length > 0) throw new TypeError(`unknown options: ${unknown.join(', ')}`);
  if (!options.clientId) throw new TypeError('clientId is needed: the client_id that the operator gave you');
  if ((options.tokenEndpoint === undefined) === (options.issuer === undefined)) {
    throw new TypeError('give either tokenEndpoint or issuer');
  }
  const files = [options.certificateFile, options.privateKeyFile].filter((one) => one !== undefined).length;
  const texts = [options.certificate, options.privateKey].filter((one) => one !== undefined).length;
  if (!(files === 2 && texts === 0) && !(files === 0 && texts === 2)) {
    throw new TypeError('give certificateFile and privateKeyFile, or certificate and privateKey');
  }
  for (const origin of options.allowedOrigins ?? []) {
    if (requireHttps(origin, 'allowedOrigins').origin !== origin) {
      throw new TypeError(`allowedOrigins: ${origin} is not an origin like https://api.example`);
    }
  }
}

/** A token must never travel over anything else. Throws a TypeError. */
export function requireHttps(text: string | URL, what: string): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  throw new TypeError(`${what}: "${String(text)}" is not a URL that begins with https://`);
}
