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
import { AnchorChange, NewAnchor, type Anchor, type List } from '@holdfast/admin-contract';
import {
  parseNewAnchor,
  parseServerAuthUntil,
  type Actor,
  type RegistryAdministration,
  type TrustAnchorEntry,
} from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { accepted, parseInput, written } from './refused-input.js';
import { MemberController } from './member.controller.js';
import { showAnchor } from './views.js';

const parseQuery = listQuery('name', 'partner');

@Controller('api/v1/anchors')
@RequireScopes(ADMIN_SCOPE)
export class AnchorsController extends MemberController<TrustAnchorEntry, Anchor> {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {
    super({
      what: 'anchor',
      find: (id) => registry.findAnchor(id),
      show: showAnchor,
      write: (...change) => registry.setAnchorStatus(...change),
    });
  }

  @Get()
  async list(@Query() query: unknown): Promise<List<Anchor>> {
    const { page, partner } = parseQuery(query);
    const filter = partner === undefined ? {} : { partnerId: partner };
    return toList(await this.registry.listAnchors(page, filter), page, ({ id }) => id, showAnchor);
  }

  @Post()
  @HttpCode(201)
  async add(@By() actor: Actor, @Body() body: unknown): Promise<Anchor> {
    const { partner, server_auth_until: serverAuthUntil, ...input } = parseInput(NewAnchor, body);
    const anchor = accepted(parseNewAnchor({ ...input, partnerId: partner, serverAuthUntil }, new Date()));
    return showAnchor(written(await this.registry.addAnchor(actor, anchor)));
  }

  @Patch(':id')
  except(
    @By() actor: Actor,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Anchor> {
    const { server_auth_until: text } = parseInput(AnchorChange, body);
    const until = text === null ? undefined : accepted(parseServerAuthUntil(text, new Date()));
    return this.change(id, tags, reply, (anchor, when) =>
      this.registry.setServerAuthUntil(actor, anchor, until, when),
    );
  }
}
