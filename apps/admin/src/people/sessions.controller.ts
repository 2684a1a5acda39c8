import { Body, Controller, Get, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AttemptLimit, SignIn, type OpenSession } from '@holdfast/people';
import { Public, RequireScopes } from '@holdfast/resource-guard/nest';
import { By } from '../http/actor.js';
import { parseInput } from '../http/refused-input.js';
import type { Actor } from '@holdfast/client-registry';
import { NO_SESSION_COOKIE, readSessionId, sessionCookie } from './cookie.js';
import { Person } from './person.js';
import { ACCOUNT_SCOPE } from './session.guard.js';
import { showSession, type SessionView } from './session-view.js';
import { ATTEMPTS, PEOPLE_SETTINGS, requireAttempt, type PeopleSettings } from './tokens.js';

const LinkInput = z.strictObject({ token: z.string() });

@Controller('auth')
export class SessionsController {
  constructor(
    @Inject(SignIn) private readonly signIn: SignIn,
    @Inject(ATTEMPTS) private readonly attempts: AttemptLimit,
    @Inject(PEOPLE_SETTINGS) private readonly settings: PeopleSettings,
  ) {}

  @Get('session')
  @RequireScopes(ACCOUNT_SCOPE)
  @Header('cache-control', 'no-store')
  show(@Person() open: OpenSession): SessionView {
    return showSession(open, this.settings.mode);
  }

  @Post('link')
  @HttpCode(200)
  @Public()
  @Header('cache-control', 'no-store')
  async useLink(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SessionView> {
    requireAttempt(this.attempts, request.ip);
    const { token } = parseInput(LinkInput, body);
    const { id } = await this.signIn.byLink(token, request.id);
    await this.signIn.supersede(readSessionId(request.headers.cookie), request.id);
    void reply.header('set-cookie', sessionCookie(id));
    return showSession(await this.signIn.requireSession(id), this.settings.mode);
  }

  @Post('sign-out')
  @HttpCode(204)
  @RequireScopes(ACCOUNT_SCOPE)
  async signOut(
    @By() by: Actor,
    @Person() open: OpenSession,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.signIn.close(by, open);
    void reply.header('set-cookie', NO_SESSION_COOKIE);
  }
}
