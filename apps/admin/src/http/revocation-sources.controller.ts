import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { List, RevocationSource } from '@holdfast/admin-contract';
import type { RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE } from './actor.js';
import { listQuery, toList } from './paging.js';
import { showRevocationSource } from './views.js';

const parseQuery = listQuery('source', 'anchor');

/** Read only: the addresses stand in certificates, and the jobs of the admin app fetch from them. */
@Controller('api/v1/revocation-sources')
@RequireScopes(ADMIN_SCOPE)
export class RevocationSourcesController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<RevocationSource>> {
    const { page, anchor } = parseQuery(query);
    const filter = anchor === undefined ? {} : { anchorId: anchor };
    const sources = await this.registry.listRevocationSources(page, filter);
    return toList(sources, page, ({ id }) => id, showRevocationSource);
  }
}
