import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { NewClient, type Client, type List } from '@holdfast/admin-contract';
import type { Actor, ClientEntry, RegistryAdministration } from '@holdfast/client-registry';
import { isClientId } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { KEY_SET_ADDRESSES, REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { tagged } from './entity-tag.js';
import { newCredentials, type JudgeAddress } from './new-credentials.js';
import { listQuery, toList } from './paging.js';
import { InputRefused, parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { StatusController } from './status.controller.js';
import { showClient } from './views.js';

const parseQuery = listQuery('name', 'partner');

@Controller('api/v1/clients')
@RequireScopes(ADMIN_SCOPE)
export class ClientsController extends StatusController<ClientEntry, Client> {
  constructor(
    @Inject(REGISTRY) private readonly registry: RegistryAdministration,
    @Inject(KEY_SET_ADDRESSES) private readonly judgeAddress: JudgeAddress,
  ) {
    super({ what: 'client', show: showClient, write: (...change) => registry.setClientStatus(...change) });
  }

  @Get()
  async list(@Query() query: unknown): Promise<List<Client>> {
    const { page, partner } = parseQuery(query);
    const filter = partner === undefined ? {} : { partnerId: partner };
    return toList(await this.registry.listClients(page, filter), page, ({ id }) => id, showClient);
  }

  @Post()
  @HttpCode(201)
  async create(@By() actor: Actor, @Body() body: unknown): Promise<Client> {
    const { id, partner, token_endpoint_auth_method: authMethod, ...input } = parseInput(NewClient, body);
    const credentials = newCredentials(authMethod, input, this.judgeAddress);
    if (!isClientId(id))
      throw new InputRefused([{ pointer: '/id', code: 'malformed', detail: 'is not a client id' }]);
    const client = { id, partnerId: partner, authMethod, credentials };
    return showClient(written(await this.registry.createClient(actor, client)));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Client> {
    const client = await this.registry.findClient(parseId(id, 'client'));
    if (client === undefined) throw new WriteRefused({ refused: 'not_found', what: `client ${id}` });
    return tagged(reply, showClient(client));
  }
}
