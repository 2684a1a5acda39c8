import type { ConnectionOptions } from 'node:tls';
import type { Identity, WireRequest } from '../harness/wire.js';
import type { AttackWorld, Target } from './attack-world.js';

/** One case of the catalogue: what an attacker does, and how the product must answer. */
export type AttackCase = CaseText & (CaseOfAttempts | CaseOfCheck);

interface CaseText {
  /** The number of the catalogue, e.g. `CA-02`. */
  readonly id: string;
  /** A sentence with a verdict. */
  readonly title: string;
  /** The clause or advisory behind it. */
  readonly source: string;
}

/** Single requests, each with its answer: the common oracle judges them as well. */
interface CaseOfAttempts {
  readonly attempts: (world: AttackWorld) => Promise<readonly Attempt[]> | readonly Attempt[];
}

/** What single requests cannot say: handshakes, sessions, measurements. Returns what was violated. */
interface CaseOfCheck {
  readonly check: (world: AttackWorld) => Promise<readonly string[]>;
}

/** One request and the answer that it must get. */
export interface Attempt {
  readonly name: string;
  readonly to: Target;
  readonly as?: Identity | undefined;
  readonly tls?: ConnectionOptions;
  /** A request, or octets for what is none. */
  readonly send: WireRequest | Buffer;
  readonly expected: Expected;
  /** Must not stand in the log of the target afterwards. */
  readonly secret?: string;
}

/** An answer. With a status of 2xx it is a positive control, which the oracle of refusals does not concern. */
export interface Expected {
  readonly status: number | readonly number[];
  /** `error` in the body. */
  readonly error?: string;
  /** The reason in the one log line about the request. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** The peer may also end the connection without an answer. */
  readonly orClosed?: true;
  /** No body, as the method demands. */
  readonly bodiless?: true;
  /** Milliseconds from request to answer; looked at only where time is measured. */
  readonly withinMs?: number;
}

/** `invalid_client`, with the reason for the operator. */
export function invalidClient(reason: string): Expected {
  return { status: 401, error: 'invalid_client', reason };
}

/** A malformed request at the token endpoint (RFC 6749 §5.2). */
export const INVALID_REQUEST: Expected = {
  status: 400,
  error: 'invalid_request',
  reason: 'request_malformed',
};

/** A token that is refused at the API (RFC 6750 §3.1). */
export function invalidToken(reason: string): Expected {
  return {
    status: 401,
    error: 'invalid_token',
    reason,
    headers: { 'www-authenticate': /^Bearer error="invalid_token"/ },
  };
}

/** The positive control inside a case. */
export const ACCEPTED: Expected = { status: 200 };
