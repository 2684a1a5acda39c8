import type { DenyFeed } from './deny-feed.js';

/**
 * A `fetch` for addresses of the policy. It verifies the server's certificate, follows no redirect, and bounds time and
 * size; for introspection it presents this API's own client certificate.
 */
export type SecureFetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
) => Promise<Pick<Response, 'status' | 'json'>>;

/** What a verifier needs from outside; `systemPorts` of `@holdfast/resource-guard` makes them. */
export interface VerifierPorts {
  readonly fetch: SecureFetch;
  /** Needed for `keys: { file }`. */
  readonly readFile?: (path: string) => Promise<string>;
  /** Needed if the policy has `denyFeed`, and only then. */
  readonly denyFeed?: DenyFeed | undefined;
}
