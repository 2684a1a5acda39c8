import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TransportRefusal } from '@holdfast/http-platform';
import { Public } from '@holdfast/resource-guard/nest';
import { renderPage } from './screens.js';

/** Paths that never are a screen: there, an unknown one is a problem and not a page. */
const NOT_SCREENS = /^\/(api|auth|assets)(\/|$)/;

/** Every address of the screens gives the same page; it says nothing about anybody, so it is public. */
@Controller()
@Public()
export class ScreensController {
  @Get(['/', '*'])
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [path = ''] = request.url.split('?');
    const wantsPage = /\btext\/html\b|\*\/\*/.test(request.headers.accept ?? '');
    if (NOT_SCREENS.test(path) || !wantsPage) throw new TransportRefusal('path_unknown');
    const { built, html, policy } = await renderPage();
    await reply
      .code(built ? 200 : 503)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': policy,
      })
      .send(html);
  }
}
