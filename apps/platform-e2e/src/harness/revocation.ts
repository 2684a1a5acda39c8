import { setTimeout as delay } from 'node:timers/promises';
import { makeRevocationList, type IssuedCertificate } from '@holdfast/test-pki';
import type { Operator } from './operator.js';
import type { RegisteredPartner } from './partners.js';
import { requestToken, type PartnerClient } from './token-endpoint.js';

const HOUR_MS = 3_600_000;
const SEEN_WITHIN_MS = 3_000;

/** When a CRL was made and until when it is believed, in hours from now. */
export interface CrlTimes {
  readonly made: number;
  readonly ends: number;
}

/** Uploads a CRL of the partner's authority. One that is older than the one before is refused. */
export async function uploadCrl(
  operator: Operator,
  { root, anchor }: RegisteredPartner,
  revoked: readonly IssuedCertificate[],
  { made, ends }: CrlTimes = { made: -1, ends: 1 },
): Promise<void> {
  const now = Date.now();
  const since = new Date(now - 2 * HOUR_MS);
  const der = makeRevocationList(root, {
    thisUpdate: new Date(now + made * HOUR_MS),
    nextUpdate: new Date(now + ends * HOUR_MS),
    revoked: revoked.map((certificate) => ({ certificate: certificate.der, since })),
  });
  await operator.post('revocation-lists', { anchor, crl: Buffer.from(der).toString('base64') });
}

/** Waits until the client is refused. Throws when it still gets tokens after a while. */
export async function refusedSoon(operator: Operator, client: PartnerClient): Promise<void> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  while ((await requestToken(operator.stack, client)).status === 200) {
    if (performance.now() > deadline) throw new Error(`${client.clientId} still gets tokens`);
    await delay(50);
  }
}
