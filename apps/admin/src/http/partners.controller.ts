import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { NewPartner, PartnerChange, type List, type Partner } from '@holdfast/admin-contract';
import type { Actor, Partner as Entry, RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { ifMatch, requireIfMatch, tagged } from './entity-tag.js';
import { listQuery, toList } from './paging.js';
import { parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { StatusController } from './status.controller.js';
import { showPartner } from './views.js';

const parseQuery = listQuery('name');

@Controller('api/v1/partners')
@RequireScopes(ADMIN_SCOPE)
export class PartnersController extends StatusController<Entry, Partner> {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {
    super({ what: 'partner', show: showPartner, write: (...change) => registry.setPartnerStatus(...change) });
  }

  @Get()
  async list(@Query() query: unknown): Promise<List<Partner>> {
    const { page } = parseQuery(query);
    return toList(await this.registry.listPartners(page), page, ({ id }) => id, showPartner);
  }

  @Post()
  @HttpCode(201)
  async create(@By() actor: Actor, @Body() body: unknown): Promise<Partner> {
    return showPartner(written(await this.registry.createPartner(actor, parseInput(NewPartner, body))));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Partner> {
    const partner = await this.registry.findPartner(parseId(id, 'partner'));
    if (partner === undefined) throw new WriteRefused({ refused: 'not_found', what: `partner ${id}` });
    return tagged(reply, showPartner(partner));
  }

  @Patch(':id')
  async rename(
    @By() actor: Actor,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Partner> {
    const { name } = parseInput(PartnerChange, body);
    const when = ifMatch(requireIfMatch(tags), showPartner);
    const renamed = await this.registry.renamePartner(actor, parseId(id, 'partner'), name, when);
    return tagged(reply, showPartner(written(renamed)));
  }
}
