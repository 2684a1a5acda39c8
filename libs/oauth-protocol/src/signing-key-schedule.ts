/** What a key signs, and nothing else: a verifier of the one never takes the other. */
export const KEY_PURPOSES = ['access_token', 'deny_feed'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** What of a signing key decides when it signs and how long it is published. Keys of one purpose are a chain of successors. */
export interface SigningKeyFacts {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly createdAt: Date;
  /** It signs from then on, unless it is withdrawn. */
  readonly activatesAt: Date;
  /** The key that it succeeds; `undefined`: it is the first. A key has one successor at most. */
  readonly replaces: string | undefined;
  /** A successor is wanted that signs from then on. */
  readonly replaceAt: Date | undefined;
  /** From then on nothing that it has signed counts. */
  readonly withdrawnAt: Date | undefined;
}

/**
 * `next`: published ahead, so that verifiers know it before its first token. `active`: it signs. `retiring`: it signs no
 * more, but what it has signed is still in the field. `retired`: nothing of it is. `withdrawn`: it counts for nothing.
 */
export type SigningKeyState = 'next' | 'active' | 'retiring' | 'retired' | 'withdrawn';

/** A key that has to be made. */
export interface WantedKey {
  readonly replaces: string | undefined;
  readonly activatesAt: Date;
}

export interface SigningKeySchedule {
  /** By `kid`, oldest first. */
  readonly states: ReadonlyMap<string, SigningKeyState>;
  /** The key that signs now. */
  readonly signer: string | undefined;
  readonly wanted: WantedKey | undefined;
}

/** The longest that a token may live, and the clocks of those who accept it may be behind. Seconds. */
export const LONGEST_TOKEN_LIFE = 600 + 60;

/**
 * What each key of one purpose is at `now`. It follows from what is stored and the time alone, so that all instances agree
 * without telling one another. Nothing ever goes back to an older key: if the one that signs is withdrawn, its successor
 * signs at once, whenever it was to begin; if it has none, one is wanted.
 */
export function scheduleOf(keys: readonly SigningKeyFacts[], now: Date): SigningKeySchedule {
  const chain = toChain(keys);
  const begun = chain.map((key) => hasBegun(key, now));
  const latest = begun.lastIndexOf(true);
  const isWithdrawn = ({ withdrawnAt }: SigningKeyFacts): boolean => withdrawnAt !== undefined;
  const signer = chain.findIndex((key, index) => index >= latest && !isWithdrawn(key));
  const stateOf = (key: SigningKeyFacts, index: number): SigningKeyState => {
    if (isWithdrawn(key)) return 'withdrawn';
    if (index === signer) return 'active';
    if (index > latest) return 'next';
    // All that it has signed is older than the first key after it that has begun.
    const superseded = chain.find((_later, at) => at > index && begun[at])!.activatesAt;
    return now.getTime() < superseded.getTime() + LONGEST_TOKEN_LIFE * 1_000 ? 'retiring' : 'retired';
  };
  return {
    states: new Map(chain.map((key, index) => [key.kid, stateOf(key, index)])),
    signer: chain[signer]?.kid,
    wanted: wantedOf(chain.at(-1), signer >= 0, now),
  };
}

/** Whether verifiers may meet something that a key in this state has signed. */
export const isPublished = (state: SigningKeyState | undefined): boolean =>
  state === 'next' || state === 'active' || state === 'retiring';

function wantedOf(last: SigningKeyFacts | undefined, isSigned: boolean, now: Date): WantedKey | undefined {
  if (!isSigned) return { replaces: last?.kid, activatesAt: now };
  return last?.replaceAt && { replaces: last.kid, activatesAt: last.replaceAt };
}

/** One that was withdrawn before it signed has never begun: the one before it goes on. */
function hasBegun({ activatesAt, withdrawnAt }: SigningKeyFacts, now: Date): boolean {
  return activatesAt <= now && (withdrawnAt === undefined || withdrawnAt > activatesAt);
}

/** From the first to the last successor. */
function toChain(keys: readonly SigningKeyFacts[]): readonly SigningKeyFacts[] {
  const successors = new Map(keys.map((key) => [key.replaces, key]));
  const chain: SigningKeyFacts[] = [];
  for (let key = successors.get(undefined); key !== undefined; key = successors.get(key.kid)) chain.push(key);
  return chain;
}
