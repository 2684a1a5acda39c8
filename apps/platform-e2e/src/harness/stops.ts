import { setTimeout as delay } from 'node:timers/promises';
import { thumbprintOf } from './identity.js';
import type { Operator } from './operator.js';
import { READ, registerNamedClient, registerPartner, type NamedClient } from './partners.js';

/** Something that an operator stops, and how it is made good again. */
export interface Stop {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
  readonly resume: () => Promise<unknown>;
  /** Whether a token that was stopped counts again afterwards. */
  readonly revives: boolean;
}

/** A client, and the anchor that vouches for it. */
export interface StoppableClient extends NamedClient {
  readonly anchor: string;
}

/** Registers one, of a partner of its own. */
export async function registerStoppable(operator: Operator, label: string): Promise<StoppableClient> {
  const partner = await registerPartner(operator, label);
  return { ...(await registerNamedClient(operator, partner)), anchor: partner.anchor };
}

/** Everything that an operator can do against a client: no token is issued to it, and none that it has counts. */
export function stopsOf(
  operator: Operator,
  { clientId, partner, anchor, leaf }: StoppableClient,
): readonly Stop[] {
  const post = (path: string, json?: unknown) => () => operator.post(path, json);
  const thumbprint = thumbprintOf(leaf);
  const grant = { client: clientId, resource: operator.stack.orders, scopes: [READ] };
  const removeGrant = async (): Promise<void> => {
    const { items } = await operator.get(`grants?client=${clientId}`);
    await operator.call('DELETE', `grants/${(items as { id: string }[])[0]!.id}`);
  };
  return [
    {
      name: 'partner suspended',
      stop: post(`partners/${partner}/suspend`),
      resume: post(`partners/${partner}/resume`),
      revives: true,
    },
    {
      name: 'client suspended',
      stop: post(`clients/${clientId}/suspend`),
      resume: post(`clients/${clientId}/resume`),
      revives: true,
    },
    {
      name: 'anchor suspended',
      stop: post(`anchors/${anchor}/suspend`),
      resume: post(`anchors/${anchor}/resume`),
      revives: true,
    },
    {
      name: 'certificate blocked',
      stop: post('certificate-blocks', { 'x5t#S256': thumbprint }),
      resume: () => operator.call('DELETE', `certificate-blocks/${thumbprint}`),
      revives: true,
    },
    {
      name: 'grant taken back',
      stop: removeGrant,
      // A token of the seconds in which token services hear that a grant was taken back does not count.
      resume: () => delay(3_100).then(post('grants', grant)),
      revives: false,
    },
  ];
}
