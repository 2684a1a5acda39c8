import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { TransportRefusal } from '@holdfast/http-platform';
import { REASONS, type Reason } from '@holdfast/oauth-protocol';
import type { PublishedKeys } from '@holdfast/signing-keys';
import type { AuthorizationServerMetadata } from './metadata.js';

/** What the public listener says about this issuer. */
export interface PublishedDocuments {
  readonly metadata: AuthorizationServerMetadata;
  /** Those of the moment. */
  readonly keys: () => PublishedKeys;
  /** Those that sign the deny feed, and no token. */
  readonly feedKeys: () => PublishedKeys;
}
export const PUBLISHED = Symbol('published documents');

/** The public listener: metadata and keys. It serves no token endpoint. */
@Controller()
export class PublicController {
  constructor(@Inject(PUBLISHED) private readonly published: PublishedDocuments) {}

  /** RFC 8414 §3. */
  @Get('.well-known/oauth-authorization-server')
  @Header('cache-control', 'public, max-age=300')
  metadata(): AuthorizationServerMetadata {
    return this.published.metadata;
  }

  /** RFC 7517 §5. The age is short, so that a removed key is gone soon. */
  @Get('jwks')
  @Header('cache-control', 'public, max-age=60')
  @Header('content-type', 'application/jwk-set+json')
  keys(): PublishedKeys {
    return this.published.keys();
  }

  @Get('.well-known/holdfast/deny-feed-jwks')
  @Header('cache-control', 'public, max-age=60')
  @Header('content-type', 'application/jwk-set+json')
  feedKeys(): PublishedKeys {
    return this.published.feedKeys();
  }

  /** Where `error_uri` leads: what a reason means and what to do. */
  @Get('errors/:reason')
  @Header('content-type', 'text/plain; charset=utf-8')
  reason(@Param('reason') name: string): string {
    if (!Object.hasOwn(REASONS, name)) throw new TransportRefusal('path_unknown');
    const { meaning, remedy } = REASONS[name as Reason];
    return `${name}\n\n${meaning}.\n\nWhat to do: ${remedy}\n`;
  }
}
