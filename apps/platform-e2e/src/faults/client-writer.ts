import { jsonRequest, withToken } from '../harness/token-endpoint.js';
import type { Operator } from '../harness/operator.js';
import type { RegisteredPartner } from '../harness/partners.js';
import { uniqueName } from '../harness/identity.js';
import { remainsOf, type ClientRemains } from '../harness/database.js';
import type { StackUnderTest } from '../harness/stack-under-test.js';
import { Wire, WireClosed } from '../harness/wire.js';

/** What writers were told, by client id. */
export interface WriteHistory {
  /** Answered 201. */
  readonly acknowledged: string[];
  /** Sent, and never answered: may be there or not, but not in part. */
  readonly unanswered: string[];
  /** Answered 503: nothing was confirmed, so as unanswered. */
  readonly unavailable: string[];
  /** Any other answer. */
  readonly refused: string[];
  inFlight: number;
}

export function newWriteHistory(): WriteHistory {
  return { acknowledged: [], unanswered: [], unavailable: [], refused: [], inFlight: 0 };
}

/** Registers clients one after the other over one connection, until the connection ends or `signal` says so. */
export async function writeClients(
  operator: Operator,
  partner: RegisteredPartner,
  url: string,
  history: WriteHistory,
  signal: AbortSignal,
): Promise<void> {
  const token = await operator.token();
  const { ca } = operator.stack;
  let wire: Wire;
  try {
    wire = await Wire.dial({ url, ca, identity: operator.client.identity });
  } catch (error) {
    if (error instanceof WireClosed) return;
    throw error;
  }
  while (!signal.aborted) {
    const id = uniqueName('written');
    const request = jsonRequest('POST', '/api/v1/clients', {
      id,
      partner: partner.id,
      token_endpoint_auth_method: 'tls_client_auth',
      anchor: partner.anchor,
      tls_client_auth_subject_dn: `CN=${id}`,
    });
    history.inFlight += 1;
    try {
      const { status } = await wire.send(withToken(token, request));
      listFor(history, status).push(id);
    } catch (error) {
      if (!(error instanceof WireClosed)) throw error;
      history.unanswered.push(id);
      return;
    } finally {
      history.inFlight -= 1;
    }
  }
  wire.close();
}

function listFor(history: WriteHistory, status: number): string[] {
  if (status === 201) return history.acknowledged;
  return status === 503 ? history.unavailable : history.refused;
}

/** What the database says about a history of writes. */
export interface WriteJudgement {
  /** Acknowledged, and not completely there. */
  readonly lost: readonly string[];
  /** There in part: a client without its credential or its audit event, or more than one of them. */
  readonly halves: readonly string[];
  /** Refused, and there all the same. */
  readonly uninvited: readonly string[];
}

/** Compares what writers were told with what is there. */
export async function judgeWrites(stack: StackUnderTest, history: WriteHistory): Promise<WriteJudgement> {
  const { acknowledged, unanswered, unavailable, refused } = history;
  const remains = await remainsOf(stack, [...acknowledged, ...unanswered, ...unavailable, ...refused]);
  const isOf = (count: number) => (id: string) =>
    Object.values(remains.get(id) as ClientRemains).every((found) => found === count);
  return {
    lost: acknowledged.filter((id) => !isOf(1)(id)),
    halves: [...unanswered, ...unavailable].filter((id) => !isOf(0)(id) && !isOf(1)(id)),
    uninvited: refused.filter((id) => !isOf(0)(id)),
  };
}
