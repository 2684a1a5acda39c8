import { FORM_TYPE, jsonRequest, tokenOf, withToken } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidToken, type AttackCase, type Attempt, type Expected } from '../attack-case.js';
import type { AttackWorld, Target } from '../attack-world.js';

const OUTSIDE_THE_HEADER: Expected = {
  status: 400,
  error: 'invalid_request',
  reason: 'credentials_malformed',
};

/** §3.3 of the catalogue, second part: tokens that the token service really issued. */
export const STOLEN_TOKENS: readonly AttackCase[] = [
  {
    id: 'TV-16',
    title: 'refuses a bound token over another valid client certificate',
    source: 'RFC 8705 §3; FAPI2',
    attempts: async (world) => {
      const send = withToken(await tokenOf(world.stack, world.named));
      const others = [world.attackerClient, world.reader, world.pinned];
      return everywhere(world, (to) => [
        { name: 'the holder', to, as: world.named.identity, send, expected: ACCEPTED },
        ...others.map(({ clientId, identity }) => ({
          name: clientId,
          to,
          as: identity,
          send,
          expected: invalidToken('binding_mismatch'),
        })),
      ]);
    },
  },
  {
    id: 'TV-17',
    title: 'refuses a bound token without a certificate, as a bad token',
    source: 'RFC 8705 §3',
    attempts: async (world) => {
      const send = withToken(await tokenOf(world.stack, world.named));
      const expected = invalidToken('certificate_absent');
      return everywhere(world, (to) => [{ name: 'no certificate', to, send, expected }]);
    },
  },
  {
    id: 'TV-23',
    title: 'refuses a token in the query, and does not log it',
    source: 'RFC 6750 §2.3; FAPI2 SP 5.3.4',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      const query = { target: `/orders?access_token=${token}` };
      return everywhere(world, (to) => {
        const common = { to, as: world.named.identity, secret: token, expected: OUTSIDE_THE_HEADER };
        return [
          { ...common, name: 'query', send: query },
          { ...common, name: 'query and header', send: withToken(token, query) },
        ];
      });
    },
  },
  {
    id: 'TV-24',
    title: 'refuses a token in two places',
    source: 'RFC 6750 §2, §3.1',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      const inJson = jsonRequest('POST', '/orders', { access_token: token, item: 'Bolts', quantity: 1 });
      const inForm = {
        method: 'POST',
        target: '/orders',
        headers: [FORM_TYPE],
        body: `access_token=${token}`,
      };
      const twice = withToken(token, { headers: [['Authorization', `Bearer ${token}`]] });
      return everywhere(world, (to) => {
        const common = { to, as: world.named.identity, secret: token };
        // The gateway reads no body: the API behind it refuses this, and logs it.
        const { reason: _, ...unlogged } = OUTSIDE_THE_HEADER;
        const expected = to.name === 'gateway' ? unlogged : OUTSIDE_THE_HEADER;
        return [
          { ...common, name: 'header and JSON', send: withToken(token, inJson), expected },
          {
            ...common,
            name: 'header and form',
            send: withToken(token, inForm),
            expected: { status: [400, 415], error: 'invalid_request' },
          },
          { ...common, name: 'two headers', send: twice, expected: OUTSIDE_THE_HEADER },
        ];
      });
    },
  },
  {
    id: 'TV-26',
    title: 'takes the scheme in any letter case',
    source: 'RFC 9110 §11.1; FAPI2 access-token-type-header-case-sensitivity',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      return everywhere(world, (to) =>
        ['bEARER', 'BEARER', 'bearer'].map((scheme) => ({
          name: scheme,
          to,
          as: world.named.identity,
          send: { target: '/orders', headers: [['Authorization', `${scheme} ${token}`]] as const },
          expected: ACCEPTED,
        })),
      );
    },
  },
];

/** The same at the API and at the gateway in front of it. */
function everywhere(world: AttackWorld, at: (to: Target) => readonly Attempt[]): readonly Attempt[] {
  return world.apis.flatMap((to) => at(to).map((one) => ({ ...one, name: `${one.name} at ${to.name}` })));
}
