import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { NewResource, type List, type Resource } from '@holdfast/admin-contract';
import type { Actor, RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { parseInput, written } from './refused-input.js';
import { showResource } from './views.js';

const parseQuery = listQuery('audience');

@Controller('api/v1/resources')
@RequireScopes(ADMIN_SCOPE)
export class ResourcesController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Resource>> {
    const { page } = parseQuery(query);
    return toList(await this.registry.listResources(page), page, ({ audience }) => audience, showResource);
  }

  @Post()
  @HttpCode(201)
  async create(@By() actor: Actor, @Body() body: unknown): Promise<Resource> {
    const { audience, partner, scopes } = parseInput(NewResource, body);
    const resource = { audience, partnerId: partner, scopes: [...new Set(scopes)] };
    return showResource(written(await this.registry.createResource(actor, resource)));
  }
}
