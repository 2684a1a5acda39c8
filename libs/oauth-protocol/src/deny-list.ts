/**
 * What no longer counts although a token says so, in the words of the deny feed: `kind` and the members beside it say which
 * tokens are meant, and all of them must fit. Times are seconds since 1970, as in claims.
 */
export type DenyEntry = {
  readonly id: string;
  /** When no token that is meant can be alive any more. Without it the entry counts until it is taken back. */
  readonly expires_at?: number;
} & DeniedAccess;

export type DeniedAccess =
  /** Every token of the partner's clients. */
  | { readonly kind: 'partner'; readonly partner: string }
  /** Every token of the client; with `issued_before`, those that are older. */
  | { readonly kind: 'client'; readonly client: string; readonly issued_before?: number }
  /** The certificate itself, and every token that is bound to it. */
  | { readonly kind: 'thumbprint'; readonly 'x5t#S256': string }
  /** The client's tokens for one API that were issued before its grant was taken back. */
  | {
      readonly kind: 'grant';
      readonly client: string;
      readonly resource: string;
      readonly issued_before: number;
    }
  /** One token (RFC 7009). */
  | { readonly kind: 'jti'; readonly jti: string }
  /** Everything that this key has signed. */
  | { readonly kind: 'kid'; readonly kid: string };

/** What of a token decides whether an entry means it. A fact that the token does not state fits no entry. */
export interface TokenFacts {
  readonly partner: string | undefined;
  readonly clientId: string;
  readonly audience: string;
  readonly thumbprint: string | undefined;
  readonly tokenId: string | undefined;
  readonly keyId: string | undefined;
  /** Seconds since 1970; a token that does not say is older than anything. */
  readonly issuedAt: number | undefined;
}

/** The entries that count, found by what a token says and not by looking at each. */
export class DenyList {
  private readonly entries = new Map<string, DenyEntry>();
  private readonly bySubject = new Map<string, Set<DenyEntry>>();

  get size(): number {
    return this.entries.size;
  }

  /** Takes an entry in, in the place of one with its id. */
  set(entry: DenyEntry): void {
    this.delete(entry.id);
    this.entries.set(entry.id, entry);
    const subject = subjectOf(entry);
    this.bySubject.set(subject, (this.bySubject.get(subject) ?? new Set()).add(entry));
  }

  delete(id: string): void {
    const known = this.entries.get(id);
    if (known === undefined) return;
    this.entries.delete(id);
    const subject = subjectOf(known);
    const same = this.bySubject.get(subject);
    same?.delete(known);
    if (same?.size === 0) this.bySubject.delete(subject);
  }

  /** Forgets what has ended. `now` in seconds since 1970. */
  prune(now: number): void {
    for (const entry of this.entries.values()) if (hasEnded(entry, now)) this.delete(entry.id);
  }

  /** All entries that count. `now` in seconds since 1970. */
  alive(now: number): DenyEntry[] {
    return [...this.entries.values()].filter((entry) => !hasEnded(entry, now));
  }

  /** An entry that means the token, if there is one. `now` in seconds since 1970. */
  find(token: TokenFacts, now: number): DenyEntry | undefined {
    for (const subject of subjectsOf(token)) {
      for (const entry of this.bySubject.get(subject) ?? []) {
        if (!hasEnded(entry, now) && isOlder(token, entry)) return entry;
      }
    }
    return undefined;
  }

  /** Whether everything that the key has signed is denied. */
  deniesKey(kid: string): boolean {
    return this.bySubject.has(key('kid', kid));
  }

  /** Whether the certificate is blocked, whatever token comes with it. `now` in seconds since 1970. */
  blocks(thumbprint: string, now: number): boolean {
    return [...(this.bySubject.get(key('thumbprint', thumbprint)) ?? [])].some(
      (entry) => !hasEnded(entry, now),
    );
  }
}

const hasEnded = ({ expires_at: end }: DenyEntry, now: number): boolean => end !== undefined && end < now;

/**
 * A token of the very second of `issued_before` is meant: claims have no smaller unit, and missing means no. One that does
 * not say when it was issued is meant, too.
 */
function isOlder({ issuedAt }: TokenFacts, entry: DenyEntry): boolean {
  const before = 'issued_before' in entry ? entry.issued_before : undefined;
  return before === undefined || issuedAt === undefined || issuedAt <= before;
}

const key = (kind: DenyEntry['kind'], ...names: readonly string[]): string =>
  JSON.stringify([kind, ...names]);

function subjectOf(entry: DenyEntry): string {
  switch (entry.kind) {
    case 'partner':
      return key(entry.kind, entry.partner);
    case 'client':
      return key(entry.kind, entry.client);
    case 'thumbprint':
      return key(entry.kind, entry['x5t#S256']);
    case 'grant':
      return key(entry.kind, entry.client, entry.resource);
    case 'jti':
      return key(entry.kind, entry.jti);
    case 'kid':
      return key(entry.kind, entry.kid);
  }
}

function subjectsOf({ partner, clientId, audience, thumbprint, tokenId, keyId }: TokenFacts): string[] {
  return [
    key('client', clientId),
    key('grant', clientId, audience),
    ...(partner === undefined ? [] : [key('partner', partner)]),
    ...(thumbprint === undefined ? [] : [key('thumbprint', thumbprint)]),
    ...(tokenId === undefined ? [] : [key('jti', tokenId)]),
    ...(keyId === undefined ? [] : [key('kid', keyId)]),
  ];
}
