/** RFC 9110 §7.6.1: for this connection alone. */
const HOP_BY_HOP = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  // Answered here, once the call is admitted.
  'expect',
];

/** What an API could take for a statement of a proxy in front of it: only the gateway makes those. */
const STATEMENTS_OF_PROXIES = [
  'authorization',
  'host',
  'forwarded',
  'client-cert',
  'client-cert-chain',
  'x-request-id',
  'x-real-ip',
  'x-client-ip',
  'x-client-address',
  'true-client-ip',
  'cf-connecting-ip',
  'x-original-url',
  'x-original-uri',
  'x-original-method',
  'x-original-host',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-arr-clientcert',
  'x-client-verify',
  'x-amzn-mtls-clientcert',
  'x-remote-user',
  'remote-user',
];

const STATEMENT_PREFIXES = [
  'holdfast-',
  'x-forwarded-',
  'x-client-cert',
  'x-ssl-',
  'ssl-client-',
  'x-envoy-',
  'x-amzn-mtls-',
];

/** Names that are remembered, so that each is judged once. */
const REMEMBERED = 1_000;

/** Which header lines of a client reach an upstream. */
export class HeaderRules {
  private readonly dropped: ReadonlySet<string>;
  private readonly judged = new Map<string, boolean>();

  /** `own`: the names under which the gateway speaks to upstreams, and others that clients may not send there. */
  constructor(own: readonly string[]) {
    this.dropped = new Set([...HOP_BY_HOP, ...STATEMENTS_OF_PROXIES, ...own].map(folded));
  }

  /**
   * The header lines of a client that go on, as a flat list. Dropped are those of this hop, those that its own Connection
   * header names, and all in which it could speak for the gateway. What the gateway adds is added afterwards: a
   * Connection header of the client never takes it away (CVE-2026-33805; PH-09).
   */
  keep(rawHeaders: readonly string[], connection: string | undefined): string[] {
    const named = namedBy(connection);
    const kept: string[] = [];
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!;
      if (this.isDropped(name) || named?.has(name.toLowerCase()) === true) continue;
      kept.push(name, rawHeaders[index + 1]!);
    }
    return kept;
  }

  private isDropped(name: string): boolean {
    const known = this.judged.get(name);
    if (known !== undefined) return known;
    const text = folded(name);
    const isDropped = this.dropped.has(text) || STATEMENT_PREFIXES.some((prefix) => text.startsWith(prefix));
    if (this.judged.size < REMEMBERED) this.judged.set(name, isDropped);
    return isDropped;
  }
}

/** The header lines of an upstream that go on to the client; both as flat lists. undici gives octets, Node takes latin1. */
export function keepOfAnswer(raw: readonly (Buffer | string)[]): string[] {
  const kept: string[] = [];
  let connection = '';
  for (let index = 0; index < raw.length; index += 2) {
    const name = toText(raw[index]!);
    const lower = name.toLowerCase();
    if (lower === 'connection') connection += `,${toText(raw[index + 1]!)}`;
    else if (!OF_THE_HOP.has(lower) && lower !== 'x-request-id') kept.push(name, toText(raw[index + 1]!));
  }
  const named = namedBy(connection.slice(1));
  return named === undefined ? kept : withoutNamed(kept, named);
}

function toText(octets: Buffer | string): string {
  return typeof octets === 'string' ? octets : octets.toString('latin1');
}

function withoutNamed(lines: readonly string[], named: ReadonlySet<string>): string[] {
  return lines.filter((_, index) => !named.has(lines[index - (index % 2)]!.toLowerCase()));
}

const OF_THE_HOP: ReadonlySet<string> = new Set(HOP_BY_HOP);

/** Servers that pass headers as variables take `-`, `_` and `.` for the same: so does what is dropped. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

function namedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === '' || /^(?:keep-alive|close)$/i.test(connection))
    return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
