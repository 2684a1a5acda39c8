import { Body, Controller, Get, Header, HttpCode, Inject, Post } from '@nestjs/common';
import type { Actor } from '@holdfast/client-registry';
import { Passkeys, type OpenSession, type Passkey } from '@holdfast/people';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { By } from '../http/actor.js';
import { parseInput } from '../http/refused-input.js';
import { RemovalInput, RenameInput } from './passkey-input.js';
import { Person } from './person.js';
import { PASSKEYS_SCOPE } from './session.guard.js';

/** A passkey as its owner sees it; dates are RFC 3339. */
interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

/** The passkeys of the person who asks, and of nobody else. */
@Controller('auth/passkeys')
@RequireScopes(PASSKEYS_SCOPE)
export class OwnPasskeysController {
  constructor(@Inject(Passkeys) private readonly passkeys: Passkeys) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Person() { account }: OpenSession): Promise<{ items: readonly PasskeyView[] }> {
    return { items: (await this.passkeys.list(account)).map(show) };
  }

  @Post('rename')
  @HttpCode(204)
  async rename(@By() by: Actor, @Person() open: OpenSession, @Body() body: unknown): Promise<void> {
    const { id, name } = parseInput(RenameInput, body);
    await this.passkeys.rename(by, open, id, name);
  }

  @Post('remove')
  @HttpCode(204)
  async remove(@By() by: Actor, @Person() open: OpenSession, @Body() body: unknown): Promise<void> {
    await this.passkeys.remove(by, open, parseInput(RemovalInput, body).id);
  }
}

function show({ id, name, createdAt, usedAt }: Passkey): PasskeyView {
  return { id, name, created_at: createdAt.toISOString(), used_at: usedAt?.toISOString() ?? null };
}
