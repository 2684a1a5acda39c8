import type { ConnectionOptions } from 'node:tls';
import type { Identity, WireRequest } from '../harness/wire.js';
import type { CallKit } from './call-kit.js';

/** What is said of a call, and how (RFC 6750 §3.1). */
export const VERDICTS = {
  accepted: { status: 200 },
  'no token': { status: 401 },
  'bad token': { status: 401, error: 'invalid_token' },
  'bad request': { status: 400, error: 'invalid_request' },
  'scope missing': { status: 403, error: 'insufficient_scope' },
} as const satisfies Readonly<Record<string, Answer>>;

export type Verdict = keyof typeof VERDICTS;

/** A status, and `error` in the challenge where there is one. */
export interface Answer {
  readonly status: number;
  readonly error?: string;
}

/** Every system that must say the same, and how it says it. */
export const SYSTEMS = {
  fastify: { title: '`resource-guard` in Fastify', says: same },
  express: { title: '`resource-guard` in Express', says: same },
  nest: { title: '`resource-guard` in Nest', says: same },
  'node:http': { title: '`resource-guard` on `node:http`', says: same },
  gateway: { title: 'the gateway before an API', says: same },
  '/verify': { title: '`/verify` of the gateway, asked as Envoy asks', says: toVerify },
  nginx: { title: 'nginx of Debian, which asks `/verify` (`auth_request`)', says: toNginx },
  caddy: { title: 'Caddy of Debian, which asks `/verify` (as `forward_auth` does)', says: same },
  mod_oauth2: { title: 'Apache with `mod_oauth2` of Debian (not ours)', says: toModOauth2 },
} as const satisfies Readonly<Record<string, { title: string; says: (answer: Answer) => Answer }>>;

export type SystemName = keyof typeof SYSTEMS;

function same(answer: Answer): Answer {
  return answer;
}

/** 204 for yes; the status of a refusal is that of `Holdfast-Status`. */
function toVerify(answer: Answer): Answer {
  return answer.status === 200 ? { status: 204 } : answer;
}

/** `auth_request` knows 401, whose challenge it passes on, and 403, whose page is its own. */
function toNginx(answer: Answer): Answer {
  return answer.status === 200 || answer.status === 401 ? answer : { status: 403 };
}

/** Every refusal is 401: `invalid_request` without a token, `invalid_token` for one that is bad, no error for its scopes. */
function toModOauth2({ status, error }: Answer): Answer {
  if (status === 200) return { status };
  if (error === 'insufficient_scope') return { status: 401 };
  return { status: 401, error: error === undefined ? 'invalid_request' : 'invalid_token' };
}

/** One call that every system is sent, and the verdict that each must give. */
export interface Call {
  /** What it is, as a phrase; unique. */
  readonly what: string;
  /** The clause behind the verdict. */
  readonly clause: string;
  readonly verdict: Verdict;
  /** Where a system says something else. One that is not listed is an error, and so is one that does not occur. */
  readonly differs?: Partial<Readonly<Record<SystemName, Difference>>>;
  readonly make: (kit: CallKit) => Promise<SentCall> | SentCall;
}

/** What a system says instead, exactly as it says it. */
export interface Difference extends Answer {
  readonly because: string;
}

/** A call as it is sent. */
export interface SentCall {
  readonly as: Identity | undefined;
  readonly request: WireRequest;
  readonly tls?: ConnectionOptions;
  /** Sent before it on the same connection; it must be accepted. */
  readonly first?: WireRequest;
}
