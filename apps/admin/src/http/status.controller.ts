import { Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor, Status, Written } from '@holdfast/client-registry';
import { By } from './actor.js';
import { ifMatch, tagged } from './entity-tag.js';
import { parseId, written } from './refused-input.js';

/** What the members of a collection are called, how they are shown, and how their status is written. */
interface Members<Entry, View> {
  readonly what: string;
  readonly show: (entry: Entry) => View;
  readonly write: (
    actor: Actor,
    id: string,
    status: Status,
    when: (current: Entry) => boolean,
  ) => Promise<Written<Entry>>;
}

/** The routes of a collection whose members can be suspended and resumed, under its own path and scopes. */
export abstract class StatusController<Entry, View> {
  protected constructor(private readonly members: Members<Entry, View>) {}

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
