import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { KeyRotationOrder, type KeyRotation, type List, type SigningKey } from '@holdfast/admin-contract';
import type { Actor, SigningKeyAdministration } from '@holdfast/client-registry';
import { KEY_PURPOSES, scheduleOf, type SigningKeyFacts } from '@holdfast/oauth-protocol';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { SIGNING_KEYS } from '../tokens.js';
import { ADMIN_SCOPE, By } from './actor.js';
import { listQuery, toList } from './paging.js';
import { InputRefused, parseInput, written, WriteRefused } from './refused-input.js';
import { showSigningKey } from './views.js';

const parseQuery = listQuery('kid');

/** Verifiers that keep the published keys for as long know the new one before its first token. */
const AHEAD_MS = 15 * 60_000;
const LONGEST_AHEAD_MS = 90 * 86_400_000;

/** The signing keys of the token service: which there are, an order for a new one, and taking one out of use for good. */
@Controller('api/v1')
@RequireScopes(ADMIN_SCOPE)
export class SigningKeysController {
  constructor(@Inject(SIGNING_KEYS) private readonly keys: SigningKeyAdministration) {}

  @Get('signing-keys')
  async list(@Query() query: unknown): Promise<List<SigningKey>> {
    const { page } = parseQuery(query);
    const all = shown(await this.keys.listSigningKeys(), new Date());
    const begin = page.after === undefined ? 0 : indexAfter(all, page.after);
    return toList(
      all.slice(begin, begin + page.limit),
      page,
      ({ kid }) => kid,
      (key) => key,
    );
  }

  @Post('key-rotations')
  @HttpCode(201)
  async rotate(@By() actor: Actor, @Body() body: unknown): Promise<KeyRotation> {
    const { purpose, activates_at: text } = parseInput(KeyRotationOrder, body);
    const activatesAt = parseActivation(text, new Date());
    const order = written(await this.keys.rotateSigningKey(actor, purpose, activatesAt));
    const { replaces } = order;
    return { purpose, replaces, activates_at: order.activatesAt.toISOString() };
  }

  @Post('signing-keys/:id/withdraw')
  @HttpCode(200)
  async withdraw(@By() actor: Actor, @Param('id') kid: string): Promise<SigningKey> {
    // RFC 7638 section 3: a SHA-256, base64url.
    if (!/^[A-Za-z0-9_-]{43}$/.test(kid))
      throw new WriteRefused({ refused: 'not_found', what: 'signing key' });
    const key = written(await this.keys.withdrawSigningKey(actor, kid));
    return showSigningKey(key, 'withdrawn');
  }
}

/** By purpose, oldest first. */
function shown(keys: readonly SigningKeyFacts[], now: Date): readonly SigningKey[] {
  return KEY_PURPOSES.flatMap((purpose) => {
    const own = keys.filter((key) => key.purpose === purpose);
    const { states } = scheduleOf(own, now);
    return [...states].map(([kid, state]) =>
      showSigningKey(
        own.find((key) => key.kid === kid)!,
        state,
      ),
    );
  });
}

function indexAfter(all: readonly SigningKey[], kid: string): number {
  const found = all.findIndex((key) => key.kid === kid);
  return found === -1 ? all.length : found + 1;
}

function parseActivation(text: string | undefined, now: Date): Date {
  if (text === undefined) return new Date(now.getTime() + AHEAD_MS);
  const at = new Date(text);
  const ahead = at.getTime() - now.getTime();
  // What was "now" when it was typed is a little in the past.
  if (ahead >= -60_000 && ahead <= LONGEST_AHEAD_MS) return at;
  const detail = 'must be now or later, within 90 days';
  throw new InputRefused([{ pointer: '/activates_at', code: 'out_of_range', detail }]);
}
