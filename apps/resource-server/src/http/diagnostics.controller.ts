import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { explainRequest, inWordsOf } from '@holdfast/certificate-source';
import { Public } from '@holdfast/resource-guard/nest';

/** `GET /diagnostics/mtls`: what arrived here from you, and what is wrong with it. No token is asked for, or read. */
@Controller()
export class DiagnosticsController {
  @Get('diagnostics/mtls')
  @Public()
  @Header('cache-control', 'no-store')
  explain(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const { type, body } = inWordsOf(request, explainRequest(request, new Date()));
    void reply.header('content-type', type);
    return body;
  }
}
