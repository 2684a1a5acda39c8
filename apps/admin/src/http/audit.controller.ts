import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { AuditEntry, AuditVerification, List } from '@holdfast/admin-contract';
import type { AuditCursor, AuditReader, RecordedEvent, RefusalSample } from '@holdfast/postgres';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { AUDIT } from '../tokens.js';
import { ADMIN_SCOPE } from './actor.js';
import { listQuery } from './paging.js';
import { parseId } from './refused-input.js';

const parseQuery = listQuery('event', 'client', 'partner', 'kind', 'request_id');

/** The audit trail, newest first. */
@Controller('api/v1/audit')
@RequireScopes(ADMIN_SCOPE)
export class AuditController {
  constructor(@Inject(AUDIT) private readonly audit: AuditReader) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<AuditEntry>> {
    const { page, client, partner, kind, request_id: requestId } = parseQuery(query);
    const { limit, after } = page;
    const filter = {
      ...(client === undefined ? {} : { clientId: client }),
      ...(partner === undefined ? {} : { partnerId: partner }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(kind === undefined ? {} : { kind }),
    };
    const events = await this.audit.list(filter, {
      limit,
      ...(after === undefined ? {} : { before: toCursor(after) }),
    });
    const last = events.at(-1);
    return {
      items: events.map(showEvent),
      next: last !== undefined && events.length === limit ? showCursor(last) : null,
    };
  }

  /** Why a request was answered as it was: the reason behind a bland refusal. */
  @Get('requests/:requestId')
  async explain(@Param('requestId') requestId: string): Promise<List<AuditEntry>> {
    const { events, refusals } = await this.audit.findByRequestId(parseId(requestId, 'request'));
    return { items: [...events.map(showEvent), ...refusals.map(showRefusal)], next: null };
  }

  @Get('verify')
  async verify(): Promise<AuditVerification> {
    const { intact, streams, events, faults } = await this.audit.verify();
    return {
      intact,
      streams,
      events,
      faults: faults.map(({ stream, at, fault }) => ({ stream, seq: at, fault })),
    };
  }
}

function showCursor({ event, stream, seq }: RecordedEvent): string {
  return `${event.at}~${stream}~${seq}`;
}

function toCursor(place: string): AuditCursor {
  const [at = '', stream = '', seq] = place.split('~');
  return { at, stream, seq: Number(seq) };
}

function showEvent({ stream, seq, event }: RecordedEvent): AuditEntry {
  const { at, kind, actor, partnerId, clientId, requestId, reason, detail } = event;
  return {
    stream,
    seq,
    at,
    kind,
    actor,
    partner: partnerId,
    client: clientId,
    request_id: requestId,
    reason,
    detail,
  };
}

/** A refusal before the client was proven: a sample of what is counted, so not part of a chain. */
function showRefusal({ at, reason, source, requestId, clientId, detail }: RefusalSample): AuditEntry {
  const kind = 'token.refused_unproven';
  return {
    stream: null,
    seq: null,
    at,
    kind,
    actor: source,
    partner: null,
    client: clientId,
    request_id: requestId,
    reason,
    detail: { ...detail },
  };
}
