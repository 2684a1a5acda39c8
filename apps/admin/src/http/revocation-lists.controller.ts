import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { NewRevocationList, type List, type RevocationList } from '@holdfast/admin-contract';
import { parseNewRevocationList, type Actor, type RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { accepted, parseInput, written, WriteRefused } from './refused-input.js';
import { showRevocationList } from './views.js';

const parseQuery = listQuery('uuid', 'anchor');

@Controller('api/v1/revocation-lists')
@RequireScopes(ADMIN_SCOPE)
export class RevocationListsController {
  constructor(@Inject(REGISTRY) private readonly registry: RegistryAdministration) {}

  @Get()
  async list(@Query() query: unknown): Promise<List<RevocationList>> {
    const { page, anchor } = parseQuery(query);
    const filter = anchor === undefined ? {} : { anchorId: anchor };
    const lists = await this.registry.listRevocationLists(page, filter);
    const now = new Date();
    return toList(
      lists,
      page,
      ({ id }) => id,
      (entry) => showRevocationList(entry, now),
    );
  }

  @Post()
  @HttpCode(201)
  async add(@By() actor: Actor, @Body() body: unknown): Promise<RevocationList> {
    const { anchor: id, crl } = parseInput(NewRevocationList, body);
    const anchor = await this.registry.findAnchor(id);
    if (anchor === undefined) throw new WriteRefused({ refused: 'not_found', what: `anchor ${id}` });
    const now = new Date();
    const list = accepted(parseNewRevocationList(anchor, crl, now));
    return showRevocationList(written(await this.registry.storeRevocationList(actor, list)), now);
  }
}
