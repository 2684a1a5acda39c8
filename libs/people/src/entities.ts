/** A person who signs in. An owner may do everything that the admin API offers. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: 'owner';
}

/** How a session was opened: the one-time link proves that somebody held it, a passkey proves a person. */
export type SignInMethod = 'link' | 'passkey';

/** A session as stored. The id itself is in the browser's cookie only; here is its digest. */
export interface Session {
  readonly digest: string;
  readonly accountId: string;
  readonly via: SignInMethod;
  readonly openedAt: Date;
  /** When it was last used, to the minute. */
  readonly lastSeenAt: Date;
}

/** A one-time link as stored: the digest of its token. */
export interface SetupLink {
  readonly digest: string;
  readonly accountId: string;
  readonly expiresAt: Date;
}

/** A WebAuthn credential (Web Authentication Level 3 §4, "credential record"). */
export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  readonly accountId: string;
  /** What its owner calls it. */
  readonly name: string;
  /** COSE_Key. */
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly createdAt: Date;
  /** When it last opened a session; null until it does. */
  readonly usedAt: Date | null;
}

/** A WebAuthn challenge as stored; one of a sign-in has no account yet. */
export interface Challenge {
  readonly digest: string;
  readonly accountId: string | null;
  readonly expiresAt: Date;
}

/** Who did it, for the audit trail: an account id, or `host` for a command on the machine. */
export interface PeopleActor {
  readonly id: string;
  readonly requestId: string | null;
}
