import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { NewClient, type Client, type List } from '@holdfast/admin-contract';
import type { Actor, ClientEntry, RegistryAdministration } from '@holdfast/client-registry';
import { isClientId } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { KEY_SET_ADDRESSES, REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { newCredentials, type JudgeAddress } from './new-credentials.js';
import { listQuery, toList } from './paging.js';
import { InputRefused, parseInput, written } from './refused-input.js';
import { MemberController } from './member.controller.js';
import { showClient } from './views.js';

const parseQuery = listQuery('name', 'partner');

@Controller('api/v1/clients')
@RequireScopes(ADMIN_SCOPE)
export class ClientsController extends MemberController<ClientEntry, Client> {
  constructor(
    @Inject(REGISTRY) private readonly registry: RegistryAdministration,
    @Inject(KEY_SET_ADDRESSES) private readonly judgeAddress: JudgeAddress,
  ) {
    super({
      what: 'client',
      find: (id) => registry.findClient(id),
      show: showClient,
      write: (...change) => registry.setClientStatus(...change),
    });
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
}
