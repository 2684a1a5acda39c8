import { Body, Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { fromRequest, originOf } from '@holdfast/certificate-source';
import type { TokenResponse } from '@holdfast/oauth-protocol';
import { IssueToken } from '@holdfast/token-issuance';
import { parseTokenRequest } from './token-request.js';
import { toTokenResponse } from './token-response.js';

/** `POST /token`: translates, does not decide. */
@Controller()
export class TokenController {
  constructor(@Inject(IssueToken) private readonly issueToken: IssueToken) {}

  @Post('token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async issue(@Body() body: unknown, @Req() request: FastifyRequest): Promise<TokenResponse> {
    const context = { requestId: request.id, ...originOf(request) };
    return toTokenResponse(
      await this.issueToken.execute(parseTokenRequest(body), fromRequest(request), context),
    );
  }
}
