import { Counter, Histogram, type Registry } from 'prom-client';
import type { UnknownCause } from '@holdfast/certificate-validation';
import type { Reason } from '@holdfast/oauth-protocol';

/** What this app counts. The client is never a label: it is in the audit trail. */
export interface TokenMetrics {
  readonly refused: (reason: Reason) => void;
  /** Counts issued tokens and times every answer of the token endpoint. */
  readonly answered: (status: number, elapsedMs: number) => void;
  /** Counts a token issued although it was not known whether the certificate is revoked (soft). */
  readonly acceptedUnknown: (cause: UnknownCause) => void;
}

export function createTokenMetrics(registry: Registry): TokenMetrics {
  const requests = new Counter({
    name: 'token_requests_total',
    help: 'Token requests by outcome and reason',
    labelNames: ['outcome', 'reason'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'token_issue_duration_seconds',
    help: 'Time from the complete request to the answer of the token endpoint',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  const unknown = new Counter({
    name: 'token_revocation_unknown_total',
    help: 'Tokens issued although it was not known whether the certificate is revoked, by cause',
    labelNames: ['cause'],
    registers: [registry],
  });
  return {
    refused: (reason) => requests.inc({ outcome: 'refused', reason }),
    answered: (status, elapsedMs) => {
      duration.observe(elapsedMs / 1_000);
      if (status === 200) requests.inc({ outcome: 'issued', reason: 'none' });
    },
    acceptedUnknown: (cause) => unknown.inc({ cause }),
  };
}
