import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { toTransportRefusal, TRANSPORT_STATUS } from '../transport-refusal.js';

/** Answers a transport refusal with its status, headers and reason, and anything else with 500. */
@Catch()
export class Refusals implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const refused = toTransportRefusal(error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply
      .code(refused === undefined ? 500 : TRANSPORT_STATUS[refused.reason])
      .headers(refused?.headers ?? {})
      .send({ reason: refused?.reason });
  }
}
