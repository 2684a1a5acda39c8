import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { KeySet, List } from '@holdfast/admin-contract';
import type { RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE } from './actor.js';
import { listQuery, toList } from './paging.js';
import { showKeySet } from './views.js';

const parseQuery = listQuery('uuid', 'client');

/** Read only: a `jwks_uri` is a credential, and the jobs of the admin app fetch from it. */
@Controller('api/v1/key-sets')
@RequireScopes(ADMIN_SCOPE)
export class KeySetsController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<KeySet>> {
    const { page, client } = parseQuery(query);
    const filter = client === undefined ? {} : { clientId: client };
    const sets = await this.registry.listKeySets(page, filter);
    return toList(sets, page, ({ credentialId }) => credentialId, showKeySet);
  }
}
