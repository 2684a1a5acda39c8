import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { NewGrant, type Grant, type List } from '@holdfast/admin-contract';
import type { Actor, RegistryAdministration } from '@holdfast/client-registry';
import { isClientId } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { InputRefused, parseId, parseInput, written } from './refused-input.js';
import { showGrant } from './views.js';

const parseQuery = listQuery('uuid', 'client', 'resource');

@Controller('api/v1/grants')
@RequireScopes(ADMIN_SCOPE)
export class GrantsController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Grant>> {
    const { page, client, resource } = parseQuery(query);
    const filter = {
      ...(client === undefined ? {} : { clientId: client }),
      ...(resource === undefined ? {} : { audience: resource }),
    };
    return toList(await this.registry.listGrants(page, filter), page, ({ id }) => id, showGrant);
  }

  @Post()
  @HttpCode(201)
  async add(@By() actor: Actor, @Body() body: unknown): Promise<Grant> {
    const { client, resource, scopes } = parseInput(NewGrant, body);
    if (!isClientId(client))
      throw new InputRefused([{ pointer: '/client', code: 'malformed', detail: 'is not a client id' }]);
    const grant = { clientId: client, audience: resource, scopes: [...new Set(scopes)] };
    return showGrant(written(await this.registry.addGrant(actor, grant)));
  }

  @Delete(':id')
  @HttpCode(200)
  async remove(@By() actor: Actor, @Param('id') id: string): Promise<Grant> {
    return showGrant(written(await this.registry.removeGrant(actor, parseId(id, 'grant'))));
  }
}
