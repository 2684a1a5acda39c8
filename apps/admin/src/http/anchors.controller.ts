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
import { ifMatch, requireIfMatch, tagged } from './entity-tag.js';
import { listQuery, toList } from './paging.js';
import { accepted, parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { StatusController } from './status.controller.js';
import { showAnchor } from './views.js';

const parseQuery = listQuery('name', 'partner');

@Controller('api/v1/anchors')
@RequireScopes(ADMIN_SCOPE)
export class AnchorsController extends StatusController<TrustAnchorEntry, Anchor> {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {
    super({ what: 'anchor', show: showAnchor, write: (...change) => registry.setAnchorStatus(...change) });
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

  @Get(':id')
  async show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Anchor> {
    const anchor = await this.registry.findAnchor(parseId(id, 'anchor'));
    if (anchor === undefined) throw new WriteRefused({ refused: 'not_found', what: `anchor ${id}` });
    return tagged(reply, showAnchor(anchor));
  }

  @Patch(':id')
  async except(
    @By() actor: Actor,
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Anchor> {
    const { server_auth_until: text } = parseInput(AnchorChange, body);
    const until = text === null ? undefined : accepted(parseServerAuthUntil(text, new Date()));
    const when = ifMatch(requireIfMatch(tags), showAnchor);
    const anchor = await this.registry.setServerAuthUntil(actor, parseId(id, 'anchor'), until, when);
    return tagged(reply, showAnchor(written(anchor)));
  }
}
