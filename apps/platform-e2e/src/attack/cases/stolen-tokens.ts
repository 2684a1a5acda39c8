import { FORM_TYPE, jsonRequest, tokenOf, withToken } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidToken, type AttackCase, type Expected } from '../attack-case.js';

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
      return [
        { name: 'the holder', to: world.orders, as: world.named.identity, send, expected: ACCEPTED },
        ...others.map(({ clientId, identity }) => ({
          name: clientId,
          to: world.orders,
          as: identity,
          send,
          expected: invalidToken('binding_mismatch'),
        })),
      ];
    },
  },
  {
    id: 'TV-17',
    title: 'refuses a bound token without a certificate, as a bad token',
    source: 'RFC 8705 §3',
    attempts: async (world) => [
      {
        name: 'no certificate',
        to: world.orders,
        send: withToken(await tokenOf(world.stack, world.named)),
        expected: invalidToken('certificate_absent'),
      },
    ],
  },
  {
    id: 'TV-23',
    title: 'refuses a token in the query, and does not log it',
    source: 'RFC 6750 §2.3; FAPI2 SP 5.3.4',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      const query = { target: `/orders?access_token=${token}` };
      const common = { to: world.orders, as: world.named.identity, secret: token };
      return [
        { ...common, name: 'query', send: query, expected: OUTSIDE_THE_HEADER },
        { ...common, name: 'query and header', send: withToken(token, query), expected: OUTSIDE_THE_HEADER },
      ];
    },
  },
  {
    id: 'TV-24',
    title: 'refuses a token in two places',
    source: 'RFC 6750 §2, §3.1',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      const common = { to: world.orders, as: world.named.identity, secret: token };
      const inJson = jsonRequest('POST', '/orders', { access_token: token, item: 'Bolts', quantity: 1 });
      const inForm = {
        method: 'POST',
        target: '/orders',
        headers: [FORM_TYPE],
        body: `access_token=${token}`,
      };
      const twice = withToken(token, { headers: [['Authorization', `Bearer ${token}`]] });
      return [
        { ...common, name: 'header and JSON', send: withToken(token, inJson), expected: OUTSIDE_THE_HEADER },
        {
          ...common,
          name: 'header and form',
          send: withToken(token, inForm),
          expected: { status: [400, 415], error: 'invalid_request' },
        },
        { ...common, name: 'two headers', send: twice, expected: OUTSIDE_THE_HEADER },
      ];
    },
  },
  {
    id: 'TV-26',
    title: 'takes the scheme in any letter case',
    source: 'RFC 9110 §11.1; FAPI2 access-token-type-header-case-sensitivity',
    attempts: async (world) => {
      const token = await tokenOf(world.stack, world.named);
      return ['bEARER', 'BEARER', 'bearer'].map((scheme) => ({
        name: scheme,
        to: world.orders,
        as: world.named.identity,
        send: { target: '/orders', headers: [['Authorization', `${scheme} ${token}`]] as const },
        expected: ACCEPTED,
      }));
    },
  },
];
