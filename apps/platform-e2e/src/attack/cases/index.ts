import type { AttackCase } from '../attack-case.js';
import { ADMIN_ACCESS } from './admin-access.js';
import { CERTIFICATE_ENCODINGS } from './certificate-encodings.js';
import { CERTIFICATE_PATHS } from './certificate-paths.js';
import { CLIENT_AUTHENTICATION } from './client-authentication.js';
import { DENIAL_OF_SERVICE } from './denial-of-service.js';
import { FORGED_TOKENS } from './forged-tokens.js';
import { FORWARDED_CERTIFICATES } from './forwarded-certificates.js';
import { GATEWAY_UPSTREAMS } from './gateway-upstreams.js';
import { HOSTILE_ORDERS } from './hostile-orders.js';
import { KEY_SET_ADDRESSES } from './key-set-addresses.js';
import { LOG_INJECTION } from './log-injection.js';
import { NAME_MATCHING } from './name-matching.js';
import { OUTBOUND_FETCHES } from './outbound-fetches.js';
import { PINNED_CERTIFICATES } from './pinned-certificates.js';
import { PROXY_AUTHENTICATION } from './proxy-authentication.js';
import { REVOCATION } from './revocation.js';
import { STOLEN_TOKENS } from './stolen-tokens.js';
import { TLS_HANDSHAKES } from './tls-handshakes.js';
import { TLS_SESSIONS } from './tls-sessions.js';
import { TOKEN_REQUESTS } from './token-request.js';

const ORDER = ['CA', 'CV', 'TV', 'PH', 'TL', 'AW', 'SS', 'SQ', 'DO'];

/** Every case of the catalogue that concerns what exists, in its order. */
export const ATTACK_CASES: readonly AttackCase[] = [
  ...CLIENT_AUTHENTICATION,
  ...TOKEN_REQUESTS,
  ...CERTIFICATE_PATHS,
  ...CERTIFICATE_ENCODINGS,
  ...NAME_MATCHING,
  ...PINNED_CERTIFICATES,
  ...REVOCATION,
  ...FORGED_TOKENS,
  ...STOLEN_TOKENS,
  ...PROXY_AUTHENTICATION,
  ...FORWARDED_CERTIFICATES,
  ...TLS_SESSIONS,
  ...TLS_HANDSHAKES,
  ...ADMIN_ACCESS,
  ...LOG_INJECTION,
  ...OUTBOUND_FETCHES,
  ...KEY_SET_ADDRESSES,
  ...GATEWAY_UPSTREAMS,
  ...HOSTILE_ORDERS,
  ...DENIAL_OF_SERVICE,
].toSorted((a, b) => rankOf(a.id) - rankOf(b.id));

function rankOf(id: string): number {
  const [kind = '', number = ''] = id.split('-');
  return ORDER.indexOf(kind) * 100 + Number(number);
}
