import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { NewClient, type Client, type List } from '@holdfast/admin-contract';
import { parseNewCredential, type Actor, type RegistryAdministration } from '@holdfast/client-registry';
import { isClientId } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
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
  async show(@Param('id') id: string): Promise<Client> {
    const client = await this.registry.findClient(parseId(id, 'client'));
    if (client === undefined) throw new WriteRefused({ refused: 'not_found', what: `client ${id}` });
    return showClient(client);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  async suspend(@By() actor: Actor, @Param('id') id: string): Promise<Client> {
    return showClient(
      written(await this.registry.setClientStatus(actor, parseId(id, 'client'), 'suspended')),
    );
  }

  @Post(':id/resume')
  @HttpCode(200)
  async resume(@By() actor: Actor, @Param('id') id: string): Promise<Client> {
    return showClient(written(await this.registry.setClientStatus(actor, parseId(id, 'client'), 'active')));
  }
}
