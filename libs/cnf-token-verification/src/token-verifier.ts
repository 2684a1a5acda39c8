import type { CertificateThumbprint } from '@holdfast/token-binding';
import { judgeBinding, toAccess } from './claims.js';
import { askDenyFeed, DenyFeedStale, judgeSilence } from './deny-feed.js';
import { Introspection, type ActiveToken } from './introspection.js';
import { readJwt } from './jws.js';
import { KeySource, type KeySetLimits } from './key-source.js';
import { parsePolicy, PolicyInvalid, type IssuerPolicy, type KeysPolicy } from './policy.js';
import type { TokenPolicy, TokenPolicyInput } from './policy.js';
import type { VerifierPorts } from './ports.js';
import { verifySignedToken, type SignedToken } from './signed-token.js';
import { VerdictCache, type RememberedAccess } from './verdict-cache.js';
import { refused, type NegativeVerdict, type TokenVerdict } from './verdict.js';

/** What a verifier has decided since it was made, for metrics. */
export interface VerdictCounts {
  readonly accepted: number;
  readonly refused: number;
  readonly unavailable: number;
  /** Of the accepted: without any binding (`binding: optional`). Zero means that the migration is over. */
  readonly unbound: number;
  /** Of all: decided from memory. */
  readonly remembered: number;
}

/** Longer is no token of ours, and costs nothing to refuse. */
const LONGEST_TOKEN = 8_192;

/** One issuer with what is needed to verify its tokens. */
interface KnownIssuer {
  readonly policy: IssuerPolicy;
  readonly keys: KeySource | undefined;
  readonly introspection: Introspection | undefined;
}

/** A token that counts so far, and whose it is. */
interface Heard {
  readonly spoken: SignedToken | ActiveToken;
  readonly issuer: KnownIssuer;
}

/** Decides about access tokens by one policy. Made by `createTokenVerifier`. */
export class TokenVerifier {
  private readonly issuers: ReadonlyMap<string, KnownIssuer>;
  private readonly cache: VerdictCache;
  private readonly tally = { accepted: 0, refused: 0, unavailable: 0, unbound: 0, remembered: 0 };

  constructor(
    private readonly policy: TokenPolicy,
    private readonly ports: VerifierPorts,
  ) {
    this.issuers = new Map(policy.issuers.map((issuer) => [issuer.issuer, this.know(issuer)]));
    this.cache = new VerdictCache(policy.cache.entries);
  }

  /**
   * **The whole decision**: was `token` issued by an issuer of the policy, for this API, to the holder of the certificate
   * with this thumbprint, and not withdrawn since (RFC 9068 §4, RFC 8705 §3)?
   *
   * `presented` is the thumbprint of the certificate on this very connection, undefined if there is none. Does NOT check
   * scopes: that is per route. Does NOT judge the certificate itself (RFC 8705 §6.2): the handshake proves possession of
   * its key, everything else was judged when the token was issued.
   */
  async verify(
    token: string,
    presented: CertificateThumbprint | undefined,
    now: Date,
  ): Promise<TokenVerdict> {
    const verdict = await this.decide(token, presented, now);
    this.tally[verdict.outcome] += 1;
    if (verdict.outcome === 'accepted' && verdict.access.thumbprint === undefined) this.tally.unbound += 1;
    return verdict;
  }

  counts(): VerdictCounts {
    return { ...this.tally };
  }

  /**
   * Fetches the keys that are not known yet. Throws `KeysUnavailable` if tokens of an issuer cannot be verified, and
   * `DenyFeedStale` while the deny feed of the policy has not spoken recently enough: no call can be accepted then.
   */
  async requireReady(now: Date): Promise<void> {
    await Promise.all(this.keySources().map((keys) => (keys.isUsable(now) ? undefined : keys.refresh(now))));
    const { denyFeed } = this.policy;
    const silence = denyFeed && judgeSilence(this.ports.denyFeed!, denyFeed, now);
    if (silence !== undefined) throw new DenyFeedStale(`the deny feed: ${silence}`);
  }

  /** Refreshes all keys before anybody has to wait for them, until the returned function is called. */
  keepFresh(clock: () => Date, onError: (error: unknown) => void): () => void {
    const every = (this.policy.keySets.maxAgeSeconds * 1_000) / 2;
    const timer = setInterval(() => {
      for (const keys of this.keySources()) void keys.refresh(clock()).catch(onError);
    }, every);
    timer.unref();
    return () => clearInterval(timer);
  }

  private async decide(
    token: string,
    presented: CertificateThumbprint | undefined,
    now: Date,
  ): Promise<TokenVerdict> {
    if (token.length > LONGEST_TOKEN) return refused('token_malformed', 'too long');
    if (presented === undefined && this.policy.binding === 'required') return refused('certificate_absent');

    const remembering = VerdictCache.keyOf(token, presented);
    const found = this.cache.find(remembering, now);
    let access = found instanceof Promise ? await found : found;
    if (access !== undefined) this.tally.remembered += 1;
    else {
      const judged = await this.judge(token, presented, now);
      if ('outcome' in judged) return judged;
      this.cache.remember(remembering, judged);
      ({ access } = judged);
    }
    const denied = askDenyFeed(this.ports.denyFeed, this.policy.denyFeed, access, now);
    return denied ?? { outcome: 'accepted', access };
  }

  /** Everything but the deny feed: what may be remembered, and how long. */
  private async judge(
    token: string,
    presented: CertificateThumbprint | undefined,
    now: Date,
  ): Promise<RememberedAccess | NegativeVerdict> {
    const heard = await this.hear(token, now);
    if ('outcome' in heard) return heard;
    const { spoken, issuer } = heard;
    const { policy, keys } = issuer;
    const key = spoken.outcome === 'signed' ? spoken.key : undefined;
    const access = toAccess(spoken.claims, policy, key?.kid);
    if ('wrong' in access) return refused('token_untrusted', `the claim ${access.wrong}`);
    const unbound = judgeBinding(spoken.claims, presented, this.policy.binding);
    if (unbound !== undefined) return unbound;

    const memory = policy.introspection?.cacheSeconds ?? Number.POSITIVE_INFINITY;
    return {
      access,
      until: Math.min(access.expiresAt * 1_000, now.getTime() + memory * 1_000),
      stillHolds: key === undefined ? () => true : (later) => keys!.holds(key, later),
    };
  }

  /**
   * What its issuer says with or about the token. Which issuer that is, the token claims itself: unverified, it only selects
   * whose policy is applied, and that one's keys have to fit. A JWT of an unknown issuer is shown to nobody.
   */
  private async hear(token: string, now: Date): Promise<Heard | NegativeVerdict> {
    const jwt = readJwt(token);
    const issuer = jwt === undefined ? this.issuerOfOpaque : this.issuers.get(jwt.claims['iss'] as string);
    if (issuer === undefined)
      return jwt === undefined
        ? refused('token_malformed', 'not a JWT')
        : refused('token_untrusted', 'no issuer of the policy');
    const { policy, keys, introspection } = issuer;
    const tolerance = this.policy.clockToleranceSeconds;
    const spoken =
      keys !== undefined && jwt !== undefined
        ? await verifySignedToken(jwt, policy, keys, tolerance, now)
        : await introspection!.ask(token, policy, tolerance, now);
    const isNegative = spoken.outcome === 'refused' || spoken.outcome === 'unavailable';
    return isNegative ? spoken : { spoken, issuer };
  }

  /** Three parts do not make a JWT: an opaque token is any text. */
  private get issuerOfOpaque(): KnownIssuer | undefined {
    return [...this.issuers.values()].find(({ introspection }) => introspection !== undefined);
  }

  private know(policy: IssuerPolicy): KnownIssuer {
    const { keys, introspection } = policy;
    return {
      policy,
      keys: keys === undefined ? undefined : this.sourceOf(keys, policy),
      introspection:
        introspection === undefined ? undefined : new Introspection(introspection, this.ports.fetch),
    };
  }

  private sourceOf(keys: KeysPolicy, { algorithms }: IssuerPolicy): KeySource {
    const { fetch, readFile } = this.ports;
    const { keySets } = this.policy;
    if ('jwks' in keys) return new KeySource(async () => keys.jwks, algorithms, FOREVER);
    if ('file' in keys)
      return new KeySource(async () => JSON.parse(await readFile!(keys.file)), algorithms, keySets);
    return new KeySource(
      async () => {
        const headers = { accept: 'application/jwk-set+json, application/json' };
        const response = await fetch(keys.jwksUri, { method: 'GET', headers });
        if (response.status !== 200) throw new Error(`${keys.jwksUri} answered ${response.status}`);
        return response.json();
      },
      algorithms,
      keySets,
    );
  }

  private keySources(): readonly KeySource[] {
    return [...this.issuers.values()].flatMap(({ keys }) => keys ?? []);
  }
}

/** Keys that stand in the policy itself; seconds. */
const FOREVER: KeySetLimits = { maxAgeSeconds: 1e12, cooldownSeconds: 1e12, lastGoodSeconds: 1e12 };

/**
 * A verifier for the tokens that `policy` describes. Throws `PolicyInvalid` with everything that is wrong with it. Fetches
 * nothing yet: `requireReady` does, or the first token.
 */
export function createTokenVerifier(policy: TokenPolicyInput, ports: VerifierPorts): TokenVerifier {
  const parsed = parsePolicy(policy);
  if ((parsed.denyFeed === undefined) !== (ports.denyFeed === undefined))
    throw new PolicyInvalid(['denyFeed: the policy and the ports must both have it, or neither']);
  if (ports.readFile === undefined && parsed.issuers.some(({ keys }) => keys !== undefined && 'file' in keys))
    throw new PolicyInvalid(['issuers: keys from a file need the port readFile']);
  return new TokenVerifier(parsed, ports);
}
