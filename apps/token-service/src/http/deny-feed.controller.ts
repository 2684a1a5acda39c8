import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromRequest, originOf } from '@holdfast/certificate-source';
import {
  DENY_FEED_SCOPE,
  isClientId,
  OAuthError,
  ServiceUnavailable,
  type ClientId,
} from '@holdfast/oauth-protocol';
import {
  AuthenticateClient,
  DecisionRecorder,
  denied,
  isDenied,
  type Denial,
} from '@holdfast/token-issuance';
import { DenyFeed, type DenySubscriber } from '../feed/deny-feed.js';

export const FEED_ISSUER = Symbol('issuer of the deny feed');

/** Bounded, because each listens for long; another replica has room. */
const MAXIMUM_SUBSCRIBERS = 500;
/** Whoever reads so slowly is let go, and gets a snapshot when it comes back. */
const MAXIMUM_WAITING_BYTES = 1024 * 1024;

/** `GET /deny-feed`: one signed snapshot, or with `Accept: text/event-stream` that and every change as it comes. */
@Controller()
export class DenyFeedController {
  constructor(
    @Inject(DenyFeed) private readonly feed: DenyFeed,
    @Inject(AuthenticateClient) private readonly clients: AuthenticateClient,
    @Inject(DecisionRecorder) private readonly recorder: DecisionRecorder,
    @Inject(FEED_ISSUER) private readonly issuer: string,
  ) {}

  @Get('deny-feed')
  async read(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('client_id') clientId: unknown,
    @Headers('last-event-id') lastVersion: string | undefined,
  ): Promise<void> {
    if (typeof clientId !== 'string' || !isClientId(clientId))
      throw new OAuthError('invalid_request', 'parameter client_id is missing or malformed', {
        denial: 'request_malformed',
      });
    const denial = this.denialOf(clientId, request);
    if (denial !== undefined)
      return this.recorder.refuse(clientId, denial, { requestId: request.id, ...originOf(request) });
    if (request.headers.accept?.includes('text/event-stream') !== true) {
      const jwt = await this.feed.snapshot();
      void reply.header('content-type', 'application/jwt').header('cache-control', 'no-store').send(jwt);
      return;
    }
    if (this.feed.size >= MAXIMUM_SUBSCRIBERS) throw new ServiceUnavailable('overloaded', 5);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const leave = await this.feed.subscribe(this.subscriberOf(clientId, request, raw), lastVersion);
    if (raw.destroyed) leave();
    else raw.once('close', leave);
  }

  private subscriberOf(
    clientId: ClientId,
    request: FastifyRequest,
    raw: FastifyReply['raw'],
  ): DenySubscriber {
    return {
      mayListen: () => !raw.destroyed && this.mayRead(clientId, request),
      send: (version, jwt) => {
        if (raw.writableLength > MAXIMUM_WAITING_BYTES) raw.destroy();
        else raw.write(`id: ${version}\ndata: ${jwt}\n\n`);
      },
      end: () => void raw.end(),
    };
  }

  /** While the registry is not confirmed nobody may: they come back when it is. */
  private mayRead(clientId: ClientId, request: FastifyRequest): boolean {
    try {
      return this.denialOf(clientId, request) === undefined;
    } catch (error) {
      if (error instanceof ServiceUnavailable) return false;
      throw error;
    }
  }

  /** Asked at the beginning and before each event: who is suspended hears no more. */
  private denialOf(clientId: ClientId, request: FastifyRequest): Denial | undefined {
    const reader = this.clients.decide(clientId, fromRequest(request), new Date());
    if (isDenied(reader)) return reader;
    const mayRead = reader.client.grants.get(this.issuer)?.has(DENY_FEED_SCOPE) === true;
    return mayRead
      ? undefined
      : denied('scope_not_granted', { thumbprint: reader.thumbprint }, reader.client);
  }
}
