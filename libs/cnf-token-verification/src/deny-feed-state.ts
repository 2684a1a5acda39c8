import { errors, jwtVerify, type JWTHeaderParameters } from 'jose';
import { DENY_EVENT_TYPE, DenyList, type DenyEntry, type DenyEvent } from '@holdfast/oauth-protocol';
import { z } from 'zod';
import type { DenyFeed } from './deny-feed.js';
import { KeySource, KeysUnavailable, type KeySetLimits } from './key-source.js';
import type { DenyReason, VerifiedAccess } from './verdict.js';

/** Whose feed is followed. */
export interface FollowedIssuer {
  readonly issuer: string;
  /** Gets the JWK Set at the issuer's `deny_feed_jwks_uri`: keys that sign no token. */
  readonly loadKeys: () => Promise<unknown>;
}

/** What became of an event: taken in, of no use because it is older, or there is a gap before it. */
export type Taken = 'taken' | 'older' | 'gap';

/** An event that is not the issuer's, or not understood. Says why, and not what was in it: that is a list of who is stopped. */
export class DenyEventInvalid extends Error {
  override readonly name = 'DenyEventInvalid';
}

const KEYS: KeySetLimits = { maxAgeSeconds: 300, cooldownSeconds: 10, lastGoodSeconds: 3_600 };
/** How far `iat` may lie in the future, seconds. */
const FUTURE_SECONDS = 60;

const seconds = z.number().int();
const version = z.string().regex(/^-?\d{1,20}$/);
const kinds = {
  partner: z.looseObject({ kind: z.literal('partner'), partner: z.string() }),
  client: z.looseObject({
    kind: z.literal('client'),
    client: z.string(),
    issued_before: seconds.optional(),
  }),
  thumbprint: z.looseObject({ kind: z.literal('thumbprint'), 'x5t#S256': z.string() }),
  grant: z.looseObject({
    kind: z.literal('grant'),
    client: z.string(),
    resource: z.string(),
    issued_before: seconds,
  }),
  jti: z.looseObject({ kind: z.literal('jti'), jti: z.string() }),
  kid: z.looseObject({ kind: z.literal('kid'), kid: z.string() }),
};
const common = z.object({ id: z.string(), expires_at: seconds.optional() });
/** An entry of a kind that is not known here makes the event unusable: it forbids something. */
const entry = z.discriminatedUnion('kind', Object.values(kinds) as [typeof kinds.partner]).and(common);
const envelope = { iat: seconds, confirmed_at: seconds, version };
const EventClaims = z.discriminatedUnion('kind', [
  z.looseObject({ ...envelope, kind: z.literal('snapshot'), entries: z.array(entry) }),
  z.looseObject({
    ...envelope,
    kind: z.literal('delta'),
    since: version,
    entries: z.array(entry),
    removed: z.array(z.string()),
  }),
  z.looseObject({ ...envelope, kind: z.literal('heartbeat') }),
]);

/**
 * What the deny feed of one issuer has said so far, in memory: answers every call without waiting. Feed it with `take`; the
 * transport is somebody else's.
 */
export class DenyFeedState implements DenyFeed {
  private readonly keys: KeySource;
  private list = new DenyList();
  private known: bigint | undefined;
  /** Something was missed: only a snapshot helps, and none that is older than what was known. */
  private hasGap = true;
  private confirmed: Date | undefined;

  constructor(private readonly followed: FollowedIssuer) {
    this.keys = new KeySource(followed.loadKeys, ['ES256'], KEYS);
  }

  /** The version of the last event, for `Last-Event-ID`; undefined before the first, and after a gap. */
  get version(): string | undefined {
    return this.hasGap ? undefined : this.known?.toString();
  }

  get size(): number {
    return this.list.size;
  }

  /**
   * Takes one event in. Throws `DenyEventInvalid` if it is not the issuer's or not understood, and `KeysUnavailable` if
   * that cannot be known: nothing was changed then. After `gap` nothing but a snapshot helps.
   */
  async take(jwt: string, now: Date): Promise<Taken> {
    const event = await this.verify(jwt, now).catch((error: unknown) => {
      if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error;
      throw new DenyEventInvalid(error.message);
    });
    const taken = this.apply(event);
    if (taken === 'gap') this.hasGap = true;
    // By our clock: how long ago the issuer had confirmed it when it said so.
    if (taken === 'taken')
      this.confirmed = new Date(now.getTime() - (event.iat - event.confirmed_at) * 1_000);
    this.list.prune(now.getTime() / 1_000);
    return taken;
  }

  forbids(access: VerifiedAccess, now: Date): DenyReason | undefined {
    if (access.issuer !== this.followed.issuer) return undefined;
    const found = this.list.find(access, now.getTime() / 1_000);
    return found && reasonFor(found);
  }

  confirmedAt(): Date | undefined {
    return this.confirmed;
  }

  private async verify(jwt: string, now: Date): Promise<DenyEvent> {
    const keyFor = async ({ kid, alg, crit }: JWTHeaderParameters) => {
      const key = crit === undefined ? await this.keys.find(kid, alg, now) : undefined;
      if (key === undefined) throw new KeysUnavailable('no key of the feed has this kid');
      return key.byAlgorithm.get(alg)!;
    };
    const { payload } = await jwtVerify(jwt, keyFor, {
      issuer: this.followed.issuer,
      typ: DENY_EVENT_TYPE,
      algorithms: ['ES256'],
      currentDate: now,
    });
    const event = EventClaims.parse(payload) as unknown as DenyEvent;
    if (event.iat > now.getTime() / 1_000 + FUTURE_SECONDS) throw new DenyEventInvalid('its iat is ahead');
    return event;
  }

  private apply(event: DenyEvent): Taken {
    const version = BigInt(event.version);
    if (this.known !== undefined && version < this.known) return 'older';
    if (event.kind === 'heartbeat') return !this.hasGap && version === this.known ? 'taken' : 'gap';
    if (event.kind === 'delta') {
      if (this.hasGap || BigInt(event.since) !== this.known) return 'gap';
      for (const id of event.removed) this.list.delete(id);
    } else this.list = new DenyList();
    for (const entry of event.entries) this.list.set(entry);
    this.known = version;
    this.hasGap = false;
    return 'taken';
  }
}

/** The reason of a refusal that this entry is the cause of. */
export function reasonFor(entry: DenyEntry): DenyReason {
  if (entry.kind === 'partner') return 'partner_suspended';
  if (entry.kind === 'client' && entry.issued_before === undefined) return 'client_suspended';
  return entry.kind === 'thumbprint' ? 'certificate_blocked' : 'token_revoked';
}
