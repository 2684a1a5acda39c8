import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { NewPartner, type List, type Partner } from '@holdfast/admin-contract';
import type { Actor, RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { parseListQuery, toList } from './paging.js';
import { parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { showPartner } from './views.js';

@Controller('api/v1/partners')
@RequireScopes(ADMIN_SCOPE)
export class PartnersController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Partner>> {
    const { page } = parseListQuery(query);
    return toList(await this.registry.listPartners(page), page, ({ id }) => id, showPartner);
  }

  @Post()
  @HttpCode(201)
  async create(@By() actor: Actor, @Body() body: unknown): Promise<Partner> {
    return showPartner(written(await this.registry.createPartner(actor, parseInput(NewPartner, body))));
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<Partner> {
    const partner = await this.registry.findPartner(parseId(id, 'partner'));
    if (partner === undefined) throw new WriteRefused({ refused: 'not_found', what: `partner ${id}` });
    return showPartner(partner);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  async suspend(@By() actor: Actor, @Param('id') id: string): Promise<Partner> {
    return showPartner(
      written(await this.registry.setPartnerStatus(actor, parseId(id, 'partner'), 'suspended')),
    );
  }

  @Post(':id/resume')
  @HttpCode(200)
  async resume(@By() actor: Actor, @Param('id') id: string): Promise<Partner> {
    return showPartner(
      written(await this.registry.setPartnerStatus(actor, parseId(id, 'partner'), 'active')),
    );
  }
}
