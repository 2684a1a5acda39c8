import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { NewCredential, type Credential, type List } from '@holdfast/admin-contract';
import type { Actor, RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { KEY_SET_ADDRESSES, REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { newCredentials, type JudgeAddress } from './new-credentials.js';
import { listQuery, toList } from './paging.js';
import { InputRefused, parseId, parseInput, written, WriteRefused } from './refused-input.js';
import { showCredential } from './views.js';

const parseQuery = listQuery('uuid', 'client');

const ONE_KEY = {
  pointer: '/jwks/keys',
  code: 'one_key',
  detail: 'must hold the one new key: a client has several credentials, each of which is added by itself',
};

@Controller('api/v1/credentials')
@RequireScopes(ADMIN_SCOPE)
export class CredentialsController {
  constructor(
    @Inject(REGISTRY) private readonly registry: RegistryAdministration,
    @Inject(KEY_SET_ADDRESSES) private readonly judgeAddress: JudgeAddress,
  ) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<Credential>> {
    const { page, client } = parseQuery(query);
    const filter = client === undefined ? {} : { clientId: client };
    return toList(await this.registry.listCredentials(page, filter), page, ({ id }) => id, showCredential);
  }

  @Post()
  @HttpCode(201)
  async add(@By() actor: Actor, @Body() body: unknown): Promise<Credential> {
    const { client: id, ...input } = parseInput(NewCredential, body);
    const client = await this.registry.findClient(id);
    if (client === undefined) throw new WriteRefused({ refused: 'not_found', what: `client ${id}` });
    const [credential, ...more] = newCredentials(client.authMethod, input, this.judgeAddress);
    // The answer is one credential; and those of a set that are registered already would refuse the others.
    if (credential === undefined || more.length > 0) throw new InputRefused([ONE_KEY]);
    return showCredential(written(await this.registry.addCredential(actor, client.id, credential)));
  }

  @Post(':id/retire')
  @HttpCode(200)
  async retire(@By() actor: Actor, @Param('id') id: string): Promise<Credential> {
    return showCredential(written(await this.registry.retireCredential(actor, parseId(id, 'credential'))));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  async revoke(@By() actor: Actor, @Param('id') id: string): Promise<Credential> {
    return showCredential(written(await this.registry.revokeCredential(actor, parseId(id, 'credential'))));
  }
}
