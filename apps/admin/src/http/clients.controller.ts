import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { NewClient, type Client, type List } from '@holdfast/admin-contract';
import {
  parseNewCredential,
  type Actor,
  type RegistryAdministration,
  type Status,
} from '@holdfast/client-registry';
import { isClientId } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { ifMatch, tagged } from './entity-tag.js';
import { parseListQuery, toList } from './paging.js';
import { accepted, InputRefused, parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { showClient } from './views.js';

@Controller('api/v1/clients')
@RequireScopes(ADMIN_SCOPE)
export class ClientsController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Client>> {
    const { page, partner } = parseListQuery(query);
    const filter = partner === undefined ? {} : { partnerId: partner };
    return toList(await this.registry.listClients(page, filter), page, ({ id }) => id, showClient);
  }

  @Post()
  @HttpCode(201)
  async create(@By() actor: Actor, @Body() body: unknown): Promise<Client> {
    const { id, partner, token_endpoint_auth_method: authMethod, ...input } = parseInput(NewClient, body);
    const credential = accepted(parseNewCredential(authMethod, input, new Date()));
    if (!isClientId(id))
      throw new InputRefused([{ pointer: '/id', code: 'malformed', detail: 'is not a client id' }]);
    const client = { id, partnerId: partner, authMethod, credentials: [credential] };
    return showClient(written(await this.registry.createClient(actor, client)));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Client> {
    const client = await this.registry.findClient(parseId(id, 'client'));
    if (client === undefined) throw new WriteRefused({ refused: 'not_found', what: `client ${id}` });
    return tagged(reply, showClient(client));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  async suspend(
    @By() actor: Actor,
    @Param('id') id: string,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Client> {
    return tagged(reply, await this.setStatus(actor, id, 'suspended', tags));
  }

  @Post(':id/resume')
  @HttpCode(200)
  async resume(
    @By() actor: Actor,
    @Param('id') id: string,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Client> {
    return tagged(reply, await this.setStatus(actor, id, 'active', tags));
  }

  private async setStatus(
    actor: Actor,
    id: string,
    status: Status,
    tags: string | undefined,
  ): Promise<Client> {
    const when = ifMatch(tags, showClient);
    return showClient(
      written(await this.registry.setClientStatus(actor, parseId(id, 'client'), status, when)),
    );
  }
}
