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
import { listQuery, toList } from './paging.js';
import { parseInput, written } from './refused-input.js';
import { MemberController } from './member.controller.js';
import { showPartner } from './views.js';

const parseQuery = listQuery('name');

@Controller('api/v1/partners')
@RequireScopes(ADMIN_SCOPE)
export class PartnersController extends MemberController<Entry, Partner> {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {
    super({
      what: 'partner',
      find: (id) => registry.findPartner(id),
      show: showPartner,
      write: (...change) => registry.setPartnerStatus(...change),
    });
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

  @Patch(':id')
  rename(
    @By() actor: Actor,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Partner> {
    const { name } = parseInput(PartnerChange, body);
    return this.change(id, tags, reply, (partner, when) =>
      this.registry.renamePartner(actor, partner, name, when),
    );
  }
}
