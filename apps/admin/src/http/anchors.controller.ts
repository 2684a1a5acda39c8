import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { NewAnchor, type Anchor, type List } from '@holdfast/admin-contract';
import { parseNewAnchor, type Actor, type RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { accepted, parseInput, written } from './refused-input.js';
import { showAnchor } from './views.js';

const parseQuery = listQuery('name', 'partner');

@Controller('api/v1/anchors')
@RequireScopes(ADMIN_SCOPE)
export class AnchorsController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Anchor>> {
    const { page, partner } = parseQuery(query);
    const filter = partner === undefined ? {} : { partnerId: partner };
    return toList(await this.registry.listAnchors(page, filter), page, ({ id }) => id, showAnchor);
  }

  @Post()
  @HttpCode(201)
  async add(@By() actor: Actor, @Body() body: unknown): Promise<Anchor> {
    const { partner, ...input } = parseInput(NewAnchor, body);
    const anchor = accepted(parseNewAnchor({ ...input, partnerId: partner }, new Date()));
    return showAnchor(written(await this.registry.addAnchor(actor, anchor)));
  }
}
