import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  NewCertificateBlock,
  type CertificateBlock,
  type DenyEntry,
  type List,
} from '@holdfast/admin-contract';
import type { Actor, DenyAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { parseThumbprint } from '@holdfast/token-binding';
import { DENIALS } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { requireThumbprint } from './certificate-traits.js';
import { listQuery, toList } from './paging.js';
import { parseInput, written, WriteRefused } from './refused-input.js';
import { showDenied } from './views.js';

const parseQuery = listQuery('denial');

/** What no longer counts although a token says so; blocks of certificates are made and taken back here. */
@Controller('api/v1')
@RequireScopes(ADMIN_SCOPE)
export class DenialsController {
  constructor(@Inject(DENIALS) private readonly denials: DenyAdministration) {}

  @Get('deny-entries')
  async list(@Query() query: unknown): Promise<List<DenyEntry>> {
    const { page } = parseQuery(query);
    return toList(await this.denials.listDenied(page), page, ({ id }) => id, showDenied);
  }

  @Post('certificate-blocks')
  @HttpCode(201)
  async block(@By() actor: Actor, @Body() body: unknown): Promise<CertificateBlock> {
    const { 'x5t#S256': text, note } = parseInput(NewCertificateBlock, body);
    const thumbprint = requireThumbprint(text);
    written(await this.denials.blockCertificate(actor, thumbprint, note));
    return { 'x5t#S256': thumbprint, blocked: true, note: note ?? null };
  }

  @Delete('certificate-blocks/:id')
  @HttpCode(200)
  async unblock(@By() actor: Actor, @Param('id') id: string): Promise<CertificateBlock> {
    const thumbprint = parseThumbprint(id);
    if (thumbprint === undefined)
      throw new WriteRefused({ refused: 'not_found', what: 'a block of this certificate' });
    written(await this.denials.unblockCertificate(actor, thumbprint));
    return { 'x5t#S256': thumbprint, blocked: false, note: null };
  }
}
