import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { contentSecurityPolicy } from './browser-rules.js';

/** What `npm run build` makes of apps/admin-ui. Found by its place: an app never imports another. */
const BUILT = fileURLToPath(new URL('../../../admin-ui/dist/', import.meta.url));

const NOT_BUILT = `<!doctype html><html lang="en"><title>Holdfast</title>
<h1>The screens are not built</h1><p>Run <code>npm run build</code> and load this page again.</p></html>`;

/** A page and the policy that goes with it. */
export interface Page {
  readonly built: boolean;
  readonly html: string;
  readonly policy: string;
}

/** The one page of the screens, with a nonce of its own. */
export async function renderPage(directory: string = BUILT): Promise<Page> {
  const nonce = randomBytes(18).toString('base64');
  const policy = contentSecurityPolicy(nonce);
  try {
    const html = await readFile(`${directory}index.html`, 'utf8');
    return { built: true, html: html.replaceAll('__CSP_NONCE__', nonce), policy };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { built: false, html: NOT_BUILT, policy };
  }
}

/** Tells the operator at start what people would otherwise be the first to read, on the page. */
export async function warnUnlessBuilt(
  warn: (text: string) => void,
  directory: string = BUILT,
): Promise<void> {
  if (!(await renderPage(directory)).built) warn('the screens are not built: run npm run build');
}

/** Serves what the page loads. The names carry a hash of the content, so a browser may keep them for ever. */
export async function serveAssets(fastify: FastifyInstance, directory: string = BUILT): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: `${directory}assets/`,
    prefix: '/assets/',
    index: false,
    dotfiles: 'deny',
    immutable: true,
    maxAge: '365d',
  });
}
