import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { List, TokenRequestEntry } from '@holdfast/admin-contract';
import { REASONS, type Reason } from '@holdfast/oauth-protocol';
import type { AnsweredTokenRequest, AuditReader } from '@holdfast/postgres';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { AUDIT } from '../tokens.js';
import { ADMIN_SCOPE } from './actor.js';
import { listQuery } from './paging.js';

const parseQuery = listQuery('time', 'client', 'partner', 'outcome');

/** Recent token requests with outcome and reason, newest first. */
@Controller('api/v1/token-requests')
@RequireScopes(ADMIN_SCOPE)
export class TokenRequestsController {
  constructor(@Inject(AUDIT) private readonly audit: AuditReader) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<TokenRequestEntry>> {
    const { page, client, partner, outcome } = parseQuery(query);
    const { limit, after } = page;
    const filter = {
      ...(client === undefined ? {} : { clientId: client }),
      ...(partner === undefined ? {} : { partnerId: partner }),
      ...(outcome === undefined ? {} : { outcome }),
    };
    const answered = await this.audit.listTokenRequests(filter, {
      limit,
      ...(after === undefined ? {} : { before: after }),
    });
    const last = answered.at(-1);
    return {
      items: answered.map(show),
      next: last !== undefined && answered.length === limit ? last.at : null,
    };
  }
}

function show(answered: AnsweredTokenRequest): TokenRequestEntry {
  const { at, issued, reason, clientId, partnerId, requestId, source, detail } = answered;
  const known = reason !== null && Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : null;
  return {
    at,
    outcome: issued ? 'issued' : 'refused',
    reason,
    told: known?.told ?? null,
    meaning: known?.meaning ?? null,
    remedy: known?.remedy ?? null,
    client: clientId,
    partner: partnerId,
    request_id: requestId,
    source,
    detail: { ...detail },
  };
}
