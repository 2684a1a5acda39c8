import { Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor, Status, Written } from '@holdfast/client-registry';
import { By } from './actor.js';
import { ifMatch, requireIfMatch, tagged } from './entity-tag.js';
import { parseId, written, WriteRefused } from './refused-input.js';

type Precondition<Entry> = (current: Entry) => boolean;

/** What the members of a collection are called, how they are found and shown, and how their status is written. */
interface Members<Entry, View> {
  readonly what: string;
  readonly find: (id: string) => Promise<Entry | undefined>;
  readonly show: (entry: Entry) => View;
  readonly write: (
    actor: Actor,
    id: string,
    status: Status,
    when: Precondition<Entry>,
  ) => Promise<Written<Entry>>;
}

/** The routes of each member of a collection whose members can be suspended and resumed, under its own path and scopes. */
export abstract class MemberController<Entry, View> {
  protected constructor(private readonly members: Members<Entry, View>) {}

  @Get(':id')
  async show(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<View> {
    const { what, find, show } = this.members;
    const entry = await find(parseId(id, what));
    if (entry === undefined) throw new WriteRefused({ refused: 'not_found', what: `${what} ${id}` });
    return tagged(reply, show(entry));
  }

  @Post(':id/suspend')
  @HttpCode(200)
  suspend(
    @By() actor: Actor,
    @Param('id') id: string,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<View> {
    return this.setStatus(actor, id, 'suspended', tags, reply);
  }

  @Post(':id/resume')
  @HttpCode(200)
  resume(
    @By() actor: Actor,
    @Param('id') id: string,
    @Headers('if-match') tags: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<View> {
    return this.setStatus(actor, id, 'active', tags, reply);
  }

  /** For PATCH: a change that is decided on what was read, which `If-Match` has to say. */
  protected async change(
    id: string,
    tags: string | undefined,
    reply: FastifyReply,
    write: (id: string, when: Precondition<Entry>) => Promise<Written<Entry>>,
  ): Promise<View> {
    const { what, show } = this.members;
    const when = ifMatch(requireIfMatch(tags), show);
    return tagged(reply, show(written(await write(parseId(id, what), when))));
  }

  private async setStatus(
    actor: Actor,
    id: string,
    status: Status,
    tags: string | undefined,
    reply: FastifyReply,
  ): Promise<View> {
    const { what, show, write } = this.members;
    const entry = written(await write(actor, parseId(id, what), status, ifMatch(tags, show)));
    return tagged(reply, show(entry));
  }
}
