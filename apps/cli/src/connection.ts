import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from './failure.js';
import type { TlsIdentity, TlsTrust } from './https-client.js';
import { readInputFile } from './input-file.js';
import { readStackFile, type StackFile } from './stack-file.js';
import type { World } from './world.js';

/** The options that every command takes and that say who talks to which server. */
export interface ConnectionOptions {
  readonly api?: string;
  readonly tokenEndpoint?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly clientId?: string;
}

/** A client that asks the token endpoint for tokens. */
export interface Caller {
  readonly clientId: string;
  readonly identity: TlsIdentity;
  readonly trust: TlsTrust;
  readonly tokenEndpoint: URL;
}

/** The operator's client, and the admin API: its URL as written is the audience of the operator's token. */
export interface Operator extends Caller {
  readonly api: string;
}

const DEFAULT_OPERATOR = 'holdfast-operator';

interface Found {
  readonly value: string;
  /** Which option, variable or file it comes from, for people. */
  readonly origin: string;
  readonly fromStack: boolean;
}

/**
 * Where the settings of a connection come from: the option, then the environment variable, then `stack.json` of the
 * local stack. `stack.json` is read only when something is left to it.
 */
export class Connection {
  #stack: StackFile | 'none' | undefined;
  readonly #stackPath: string;

  constructor(
    private readonly world: World,
    private readonly options: ConnectionOptions,
  ) {
    this.#stackPath = join(resolve(world.root, world.env['HOLDFAST_HOME'] || '.holdfast'), 'stack.json');
  }

  /** The operator. Throws a Failure that names what is missing or wrong. */
  operator(): Operator {
    const api = this.#find('--api', this.options.api, 'HOLDFAST_API', ({ adminApi }) => adminApi);
    const cert = this.#find('--cert', this.options.cert, 'HOLDFAST_CERT', (s) => s.operator?.certificateFile);
    const key = this.#find('--key', this.options.key, 'HOLDFAST_KEY', (s) => s.operator?.privateKeyFile);
    if (api === undefined || cert === undefined || key === undefined) {
      throw this.#missing({ '--api': api, '--cert': cert, '--key': key });
    }
    if (cert.fromStack !== key.fromStack) {
      throw new Failure(
        'usage',
        'A certificate and its key go together: give both --cert and --key, or neither.',
      );
    }
    const fromStack = cert.fromStack ? this.#readStack()?.operator?.clientId : undefined;
    return {
      ...this.#caller(this.options.clientId ?? fromStack ?? DEFAULT_OPERATOR, cert, key),
      api: requireHttps(api.value, api.origin).href.replace(/\/+$/, ''),
    };
  }

  /** A partner's client: named by `--client-id`, with its certificate and key or, for one of the demo, without. */
  partner(): Caller {
    const { clientId } = this.options;
    const cert = this.#find(
      '--cert',
      this.options.cert,
      'HOLDFAST_CERT',
      (s) => demoOf(s, clientId)?.certificateFile,
    );
    const key = this.#find(
      '--key',
      this.options.key,
      'HOLDFAST_KEY',
      (s) => demoOf(s, clientId)?.privateKeyFile,
    );
    if (
      clientId === undefined ||
      cert === undefined ||
      key === undefined ||
      cert.fromStack !== key.fromStack
    ) {
      throw new Failure(
        'usage',
        '--client-id, --cert and --key are needed: who asks, and what it proves itself with.',
      );
    }
    return this.#caller(clientId, cert, key);
  }

  #caller(clientId: string, cert: Found, key: Found): Caller {
    const endpoint = this.#find(
      '--token-endpoint',
      this.options.tokenEndpoint,
      'HOLDFAST_TOKEN_ENDPOINT',
      ({ tokenEndpoint }) => tokenEndpoint,
    );
    if (endpoint === undefined) throw this.#missing({ '--token-endpoint': endpoint });
    return {
      clientId,
      identity: this.#identity(cert, key),
      trust: this.#trust(),
      tokenEndpoint: requireHttps(endpoint.value, endpoint.origin),
    };
  }

  #identity(cert: Found, key: Found): TlsIdentity {
    const certificate = this.#read(cert);
    const leaf = parseLeaf(certificate, cert);
    const privateKey = this.#read(key);
    if (!leaf.checkPrivateKey(parsePrivateKey(privateKey, key))) {
      throw new Failure(
        'error',
        `${key.origin}: ${key.value} is not the key of the certificate in ${cert.value}.`,
      );
    }
    // TLS takes PEM only.
    const isPem = certificate.includes('-----BEGIN');
    return {
      certificate: isPem ? certificate.toString() : leaf.toString(),
      privateKey: privateKey.toString(),
    };
  }

  #trust(): TlsTrust {
    const ca = this.#find('--cacert', this.options.cacert, 'HOLDFAST_CA', ({ caFile }) => caFile);
    if (ca === undefined) return { certificates: undefined, origin: 'the list of public authorities' };
    const certificates = this.#read(ca);
    parseLeaf(certificates, ca);
    return { certificates: certificates.toString(), origin: `${ca.value} (${ca.origin})` };
  }

  #read({ value, origin, fromStack }: Found): Buffer {
    return readInputFile(resolve(fromStack ? this.world.root : this.world.directory, value), origin);
  }

  #find(
    option: string,
    given: string | undefined,
    variable: string,
    inStack: (stack: StackFile) => string | undefined,
  ): Found | undefined {
    if (given !== undefined) return { value: given, origin: option, fromStack: false };
    const set = this.world.env[variable];
    if (set !== undefined && set !== '') return { value: set, origin: variable, fromStack: false };
    const stack = this.#readStack();
    const value = stack && inStack(stack);
    return value === undefined ? undefined : { value, origin: this.#stackPath, fromStack: true };
  }

  #readStack(): StackFile | undefined {
    this.#stack ??= existsSync(this.#stackPath) ? readStackFile(this.#stackPath) : 'none';
    return this.#stack === 'none' ? undefined : this.#stack;
  }

  #missing(settings: Readonly<Record<string, Found | undefined>>): Failure {
    const names = Object.keys(settings).filter((name) => settings[name] === undefined);
    const stack = this.#readStack() === undefined ? 'does not exist: no local stack runs' : 'does not tell';
    return new Failure('connection', `No ${names.join(', ')} given, and ${this.#stackPath} ${stack}.`, [
      'A local stack starts with: npm start',
    ]);
  }
}

const demoOf = ({ demo }: StackFile, clientId: string | undefined) =>
  demo?.find((client) => client.clientId === clientId);

/** A token must never travel over anything else. */
export function requireHttps(text: string, origin: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  throw new Failure('usage', `${origin}: "${text}" is not a URL that begins with https://`);
}

function parseLeaf(content: Buffer, { value, origin }: Found): X509Certificate {
  try {
    return new X509Certificate(content);
  } catch {
    const what = content.includes('PRIVATE KEY-----')
      ? 'holds a private key, not a certificate'
      : 'holds no certificate';
    throw new Failure('error', `${origin}: ${value} ${what}.`, [
      'It should be PEM: -----BEGIN CERTIFICATE-----',
    ]);
  }
}

function parsePrivateKey(content: Buffer, { value, origin }: Found): KeyObject {
  if (/ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(content.toString('latin1'))) {
    throw new Failure('error', `${origin}: ${value} is encrypted.`, [
      'Give it decrypted; it is made so by: openssl pkey -in FILE -out NEW-FILE',
    ]);
  }
  try {
    return createPrivateKey(content);
  } catch {
    throw new Failure('error', `${origin}: ${value} holds no private key.`, [
      'It should be PEM: -----BEGIN PRIVATE KEY-----',
    ]);
  }
}
