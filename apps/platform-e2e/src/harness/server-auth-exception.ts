import type { Operator } from './operator.js';
import type { WireAnswer } from './wire.js';

/** Sets, moves or (null) ends the exception of an anchor for server certificates, whatever it is. */
export function changeException(operator: Operator, anchor: string, until: Date | null): Promise<WireAnswer> {
  const change = { server_auth_until: until?.toISOString() ?? null };
  return operator.call('PATCH', `anchors/${anchor}`, change, [['If-Match', '*']]);
}
