import { Body, Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { fromRequest, originOf } from '@holdfast/certificate-source';
import { IntrospectToken, RevokeToken, type Introspection } from '@holdfast/token-issuance';
import { parseTokenQuestion } from './token-question.js';

/** `POST /introspect` (RFC 7662) and `POST /revoke` (RFC 7009): translates, does not decide. */
@Controller()
export class TokenQuestionsController {
  constructor(
    @Inject(IntrospectToken) private readonly introspectToken: IntrospectToken,
    @Inject(RevokeToken) private readonly revokeToken: RevokeToken,
  ) {}

  @Post('introspect')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  introspect(@Body() body: unknown, @Req() request: FastifyRequest): Promise<Introspection> {
    return this.introspectToken.execute(parseTokenQuestion(body), fromRequest(request), contextOf(request));
  }

  @Post('revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revoke(@Body() body: unknown, @Req() request: FastifyRequest): Promise<string> {
    await this.revokeToken.execute(parseTokenQuestion(body), fromRequest(request), contextOf(request));
    return '';
  }
}

const contextOf = (request: FastifyRequest) => ({ requestId: request.id, ...originOf(request) });
