import { everyHeader } from '../attack/forwarding.js';
import { boundClaims, nowSeconds, thumbprintOf } from '../harness/made-token.js';
import { withToken } from '../harness/token-endpoint.js';
import type { Call, SentCall } from './call.js';
import { AUDIENCE, ISSUER, type CallKit } from './call-kit.js';

/** A call with the token as its scheme is spelled here. */
async function spelled(kit: CallKit, scheme: string): Promise<SentCall> {
  const token = await kit.sign(kit.claims());
  return { as: kit.own, request: { target: '/orders', headers: [['Authorization', `${scheme}${token}`]] } };
}

/** Calls that every system must let through. */
export const ACCEPTED_CALLS: readonly Call[] = [
  {
    what: 'a token over the certificate that it is bound to',
    clause: 'RFC 8705 §3',
    verdict: 'accepted',
    make: (kit) => kit.withClaims(),
  },
  {
    what: 'the same over TLS 1.2',
    clause: 'RFC 8705 §3',
    verdict: 'accepted',
    make: async (kit) => ({ ...(await kit.withClaims()), tls: { maxVersion: 'TLSv1.2' } }),
  },
  {
    what: 'a token bound to a certificate with an RSA key',
    clause: 'RFC 8705 §3.1',
    verdict: 'accepted',
    make: async (kit) => {
      const token = await kit.sign(boundClaims(kit.rsa, ISSUER, AUDIENCE));
      return { as: kit.rsa, request: withToken(token) };
    },
  },
  {
    what: 'the second call on one connection, with another token',
    clause: 'RFC 9112 §9.3',
    verdict: 'accepted',
    make: async (kit) => ({
      ...(await kit.withClaims()),
      first: withToken(await kit.sign(kit.claims())),
    }),
  },
  {
    what: 'a call with a query',
    clause: 'RFC 6750 §2.1',
    verdict: 'accepted',
    make: async (kit) => kit.call(await kit.sign(kit.claims()), { target: '/orders?page=2&token=x' }),
  },
  {
    what: 'a token with the one scope and no other',
    clause: 'RFC 6749 §3.3',
    verdict: 'accepted',
    make: (kit) => kit.withClaims({ scope: 'orders:read' }),
  },
  {
    what: 'a token with many scopes, the one among them',
    clause: 'RFC 6749 §3.3',
    verdict: 'accepted',
    differs: {
      mod_oauth2: {
        status: 401,
        because: 'it compares `scope` as one text: each combination must be listed',
      },
    },
    make: (kit) => kit.withClaims({ scope: 'a b:c orders:write orders:read z' }),
  },
  {
    what: 'the scheme as `bEARER`',
    clause: 'RFC 9110 §11.1',
    verdict: 'accepted',
    make: (kit) => spelled(kit, 'bEARER '),
  },
  {
    what: 'the scheme as `BEARER`',
    clause: 'RFC 9110 §11.1',
    verdict: 'accepted',
    make: (kit) => spelled(kit, 'BEARER '),
  },
  {
    what: 'three spaces after the scheme',
    clause: 'RFC 9110 §11.4',
    verdict: 'accepted',
    make: (kit) => spelled(kit, 'Bearer   '),
  },
  {
    what: 'a token for several audiences, this API among them',
    clause: 'RFC 7519 §4.1.3',
    verdict: 'accepted',
    make: (kit) => kit.withClaims({ aud: ['https://other.example', AUDIENCE] }),
  },
  {
    what: '`typ` with the prefix `application/`',
    clause: 'RFC 9068 §4',
    verdict: 'accepted',
    make: (kit) => kit.withHeader({ typ: 'application/at+jwt' }),
  },
  {
    what: '`iat` and `nbf` 5 s ahead: clocks differ',
    clause: 'RFC 7519 §4.1.5',
    verdict: 'accepted',
    make: (kit) => kit.withClaims({ iat: nowSeconds() + 5, nbf: nowSeconds() + 5 }),
  },
  {
    what: '`cnf` twice in the JSON, the last one right',
    clause: 'RFC 7519 §4',
    verdict: 'accepted',
    make: async (kit) => kit.call(await kit.sign(twice(kit, kit.other, kit.own))),
  },
  {
    what: "another's certificate in every header that proxies use, beside one's own in the handshake",
    clause: 'RFC 9440 §4',
    verdict: 'accepted',
    make: async (kit) => kit.call(await kit.sign(kit.claims()), { headers: everyHeader(kit.otherLeaf) }),
  },
];

/** Claims with `cnf` in two places, first for one holder, then for another. */
export function twice(kit: CallKit, first: CallKit['own'], last: CallKit['own']): string {
  const cnf = (holder: CallKit['own']): string => `"cnf":{"x5t#S256":"${thumbprintOf(holder)}"}`;
  const rest = JSON.stringify(kit.claims({ cnf: undefined })).slice(1, -1);
  return `{${cnf(first)},${rest},${cnf(last)}}`;
}
