import { Body, Controller, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '@holdfast/client-registry';
import { AttemptLimit, Passkeys, SignIn, type OpenSession } from '@holdfast/people';
import { Public, RequireScopes } from '@holdfast/resource-guard/nest';
import { By } from '../http/actor.js';
import { parseInput } from '../http/refused-input.js';
import { readSessionId, sessionCookie } from './cookie.js';
import { AuthenticationInput, RegistrationInput } from './passkey-input.js';
import { Person } from './person.js';
import { ACCOUNT_SCOPE } from './session.guard.js';
import { showSession, type SessionView } from './session-view.js';
import { ATTEMPTS, PEOPLE_SETTINGS, requireAttempt, type PeopleSettings } from './tokens.js';

@Controller('auth/passkey')
export class PasskeysController {
  constructor(
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(SignIn) private readonly signIn: SignIn,
    @Inject(ATTEMPTS) private readonly attempts: AttemptLimit,
    @Inject(PEOPLE_SETTINGS) private readonly settings: PeopleSettings,
  ) {}

  @Post('registration/options')
  @HttpCode(200)
  @RequireScopes(ACCOUNT_SCOPE)
  @Header('cache-control', 'no-store')
  registrationOptions(@Person() { account }: OpenSession) {
    return this.passkeys.registrationOptions(account);
  }

  @Post('registration')
  @HttpCode(201)
  @RequireScopes(ACCOUNT_SCOPE)
  async register(
    @By() by: Actor,
    @Person() open: OpenSession,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<{ id: string; name: string }> {
    const { name, response } = parseInput(RegistrationInput, body);
    const { passkey, opened } = await this.passkeys.register(by, open, name, response);
    void reply.header('set-cookie', sessionCookie(opened.id));
    return { id: passkey.id, name: passkey.name };
  }

  @Post('authentication/options')
  @HttpCode(200)
  @Public()
  @Header('cache-control', 'no-store')
  authenticationOptions(@Req() request: FastifyRequest) {
    requireAttempt(this.attempts, request.ip);
    return this.passkeys.authenticationOptions();
  }

  @Post('authentication')
  @HttpCode(200)
  @Public()
  @Header('cache-control', 'no-store')
  async authenticate(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SessionView> {
    requireAttempt(this.attempts, request.ip);
    const { response } = parseInput(AuthenticationInput, body);
    const { id } = await this.passkeys.authenticate(response, request.id);
    await this.signIn.supersede(readSessionId(request.headers.cookie), request.id);
    void reply.header('set-cookie', sessionCookie(id));
    return showSession(await this.signIn.requireSession(id), this.settings.mode);
  }
}
