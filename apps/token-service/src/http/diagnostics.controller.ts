import { Controller, Get, Header, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { explainRequest, fromRequest, inWordsOf } from '@holdfast/certificate-source';
import type { ClientId } from '@holdfast/oauth-protocol';
import { AuthenticateClient } from '@holdfast/token-issuance';

/** `GET /diagnostics/mtls`: what arrived here from you, and what is wrong with it. */
@Controller()
export class DiagnosticsController {
  constructor(@Inject(AuthenticateClient) private readonly clients: AuthenticateClient) {}

  /**
   * Facts about the certificate go to anyone. With `client_id` one more, and only to the client itself: that the
   * certificate is its own. To everybody else the answer is the same as without, so it tells nothing about clients.
   */
  @Get('diagnostics/mtls')
  @Header('cache-control', 'no-store')
  explain(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('client_id') clientId?: unknown,
  ): string {
    const explanation = explainRequest(request, new Date());
    const presented = fromRequest(request);
    const isClient =
      typeof clientId === 'string' &&
      presented !== undefined &&
      this.clients.isOwnCertificate(clientId as ClientId, presented, new Date());
    const hint = `It is the certificate of the client ${String(clientId)}: POST /token with this client_id.`;
    const told = isClient
      ? // A fault that is shown all the same is excepted for a while (ADR 0015).
        { ...explanation, usable: true, client: clientId, hints: [hint, ...explanation.hints] }
      : explanation;
    const { type, body } = inWordsOf(request, told);
    void reply.header('content-type', type);
    return body;
  }
}
