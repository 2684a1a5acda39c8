import type { AuditValue } from '@holdfast/audit-trail';
import type { Database } from '../connection/database.js';
import type { SqlRunner } from './audit-rows.js';

/** One token request and how it was answered. */
export interface AnsweredTokenRequest {
  /** RFC 3339. */
  readonly at: string;
  readonly issued: boolean;
  readonly reason: string | null;
  /** As proven; as claimed where `proven` is false. */
  readonly clientId: string | null;
  readonly partnerId: string | null;
  readonly proven: boolean;
  readonly requestId: string | null;
  readonly source: string | null;
  readonly detail: { readonly [key: string]: AuditValue };
}

export interface TokenRequestFilter {
  readonly clientId?: string;
  readonly partnerId?: string;
  /** Only those that were answered with a token, or only those that were refused. */
  readonly outcome?: 'issued' | 'refused';
}

const WITHIN_MS = 3_000;

/**
 * Token requests, newest first: those of proven clients from the audit trail, and the samples that are kept of
 * refusals of the last seven days before a client was proven, by the client that was claimed.
 * `before` is the `at` of the last entry of the page before; entries of that very millisecond may be left out.
 */
export function listTokenRequests(
  database: Database,
  filter: TokenRequestFilter,
  page: { readonly limit: number; readonly before?: string },
): Promise<readonly AnsweredTokenRequest[]> {
  const { clientId = null, partnerId = null, outcome = null } = filter;
  const parameters = [clientId, partnerId, page.before ?? null, page.limit, outcome];
  return database.within(
    WITHIN_MS,
    async (runner) => (await (runner as SqlRunner).query(QUERY, parameters)) as AnsweredTokenRequest[],
  );
}

const QUERY = `
  SELECT at, issued, reason, "clientId", "partnerId", proven, "requestId", source, detail FROM (
    (SELECT at, kind = 'token.issued' AS issued, reason, client_id AS "clientId", partner_id AS "partnerId",
            true AS proven, request_id AS "requestId", body::jsonb #>> '{detail,source}' AS source,
            body::jsonb -> 'detail' AS detail
       FROM audit_event
      WHERE kind IN ('token.issued', 'token.refused') AND ($5::text IS NULL OR kind = 'token.' || $5)
        AND ($1::text IS NULL OR client_id = $1) AND ($2::text IS NULL OR partner_id = $2)
        AND ($3::text IS NULL OR at < $3)
      ORDER BY at DESC LIMIT $4)
    UNION ALL
    (SELECT sample ->> 'at', false, r.reason, sample ->> 'clientId', c.partner_id,
            false, sample ->> 'requestId', r.source, sample -> 'detail'
       FROM unproven_refusal r CROSS JOIN jsonb_array_elements(r.samples) AS sample
       LEFT JOIN client c ON c.id = sample ->> 'clientId'
      WHERE r.minute > now() - interval '7 days' AND ($5::text IS NULL OR $5 = 'refused')
        AND ($1::text IS NULL OR sample ->> 'clientId' = $1) AND ($2::text IS NULL OR c.partner_id = $2)
        AND ($3::text IS NULL OR sample ->> 'at' < $3)
      ORDER BY sample ->> 'at' DESC LIMIT $4)
  ) AS answered
  ORDER BY at DESC LIMIT $4`;
