import { ServiceUnavailable } from '@holdfast/oauth-protocol';
import { PostgresTokenRevocations, StorageUnavailable, type Database } from '@holdfast/postgres';
import type { TokenRevocations } from '@holdfast/token-issuance';

/** Where revoked tokens are kept: in the registry, which every replica follows. An outage of it is ours: 503. */
export function tokenRevocations(database: Database, now: () => Date): TokenRevocations {
  const revocations = new PostgresTokenRevocations(database, 'token-service', now);
  return {
    async revoke({ jti, client_id: clientId, partner: partnerId, exp }, { requestId }) {
      const expiresAt = new Date(exp * 1_000);
      try {
        await revocations.revoke({ jti, clientId, partnerId, expiresAt, requestId });
      } catch (error) {
        if (error instanceof StorageUnavailable)
          throw new ServiceUnavailable('storage_unavailable', 5, error);
        throw error;
      }
    },
  };
}
