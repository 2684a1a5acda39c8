import type { Claims } from './claims.js';
import type { SecureFetch } from './ports.js';
import type { IntrospectionPolicy, IssuerPolicy } from './policy.js';
import { refused, unavailable, type NegativeVerdict } from './verdict.js';

/** An active token, as its issuer describes it (RFC 7662 §2.2). */
export interface ActiveToken {
  readonly outcome: 'active';
  readonly claims: Claims;
}

/** Questions under way at once. More only pile up: the caller is told to come back. */
const MOST_PENDING = 256;

/** Asks one issuer about tokens that only it understands (RFC 7662). */
export class Introspection {
  private readonly pending = new Map<string, Promise<Claims>>();

  constructor(
    private readonly policy: IntrospectionPolicy,
    private readonly fetch: SecureFetch,
  ) {}

  /**
   * Whether the issuer calls `token` active, for this API and at this time. Its answer counts only if it is complete: no
   * answer, an error, or one without `active` is `introspection_unavailable`, never "inactive".
   *
   * `iss` may be missing, as the answer comes from the issuer itself; `aud`, `exp` and the client may not.
   */
  async ask(
    token: string,
    issuer: IssuerPolicy,
    toleranceSeconds: number,
    now: Date,
  ): Promise<ActiveToken | NegativeVerdict> {
    let answer: Claims;
    try {
      answer = await this.answerFor(token);
    } catch (error) {
      return unavailable('introspection_unavailable', error);
    }
    if (answer['active'] === false) return refused('token_inactive');
    const wrong = wrongIn(answer, issuer, toleranceSeconds * 1_000, now.getTime());
    return wrong ?? { outcome: 'active', claims: answer };
  }

  /** One question for each token at a time, however many requests carry it. */
  private answerFor(token: string): Promise<Claims> {
    const underway = this.pending.get(token);
    if (underway !== undefined) return underway;
    if (this.pending.size >= MOST_PENDING)
      return Promise.reject(new Error('too many questions are under way'));
    const question = this.question(token).finally(() => this.pending.delete(token));
    this.pending.set(token, question);
    return question;
  }

  private async question(token: string): Promise<Claims> {
    const { endpoint, clientId } = this.policy;
    const response = await this.fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token', client_id: clientId }).toString(),
    });
    if (response.status !== 200) throw new Error(`the introspection endpoint answered ${response.status}`);
    const answer: unknown = await response.json();
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
      throw new Error('the introspection endpoint answered something else than an object');
    if (typeof (answer as Claims)['active'] !== 'boolean')
      throw new Error('the introspection endpoint did not say whether the token is active');
    return answer as Claims;
  }
}

/** The same conditions as for a JWT (RFC 7662 §4: the resource checks all that applies). */
function wrongIn(
  { iss, aud, exp, nbf, iat, token_type: type = 'Bearer' }: Claims,
  { issuer, audience }: IssuerPolicy,
  toleranceMs: number,
  now: number,
): NegativeVerdict | undefined {
  if (iss !== undefined && iss !== issuer) return refused('token_untrusted', 'iss');
  if (aud !== audience && !(Array.isArray(aud) && aud.includes(audience)))
    return refused('token_untrusted', 'aud');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    return refused('token_untrusted', 'token_type');
  if (typeof exp !== 'number') return refused('token_untrusted', 'exp');
  if (exp * 1_000 <= now - toleranceMs) return refused('token_expired');
  for (const [name, value, tolerated] of [
    ['nbf', nbf, toleranceMs],
    ['iat', iat, 60_000],
  ] as const) {
    if (value !== undefined && (typeof value !== 'number' || value * 1_000 > now + tolerated))
      return refused('token_untrusted', name);
  }
  return undefined;
}
