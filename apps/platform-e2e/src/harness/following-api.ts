import { AppProcess } from './app-process.js';
import { beside } from './beside.js';
import { writeIdentity } from './identity.js';
import type { Operator } from './operator.js';
import { registerNamedClient, registerPartner } from './partners.js';
import { newDirectory } from './run-directory.js';
import { requestToken } from './token-endpoint.js';
import { within } from './within.js';

/** A sample API beside that of the stack, which follows the deny feed as a provider's client. */
export interface FollowingApi {
  readonly url: string;
  readonly process: AppProcess;
}

/** Registers the provider, grants it the feed, and starts the API. */
export async function startFollowingApi(
  operator: Operator,
  mode: 'strict' | 'bounded',
): Promise<FollowingApi> {
  const { stack } = operator;
  const { issuer, tokenEndpoint } = stack.file;
  const provider = await registerNamedClient(operator, await registerPartner(operator, 'provider'));
  const grant = { client: provider.clientId, resource: issuer, scopes: ['deny-feed:read'] };
  await operator.post('grants', grant);
  const asked = [['resource', issuer]] as const;
  await within(2_000, async () => (await requestToken(stack, provider, asked)).status === 200);
  const { certificateFile, privateKeyFile } = writeIdentity(provider.identity);
  const { application, url } = await beside(stack, 'resource-server', {
    DENY_FEED_URL: new URL('/deny-feed', tokenEndpoint).href,
    DENY_FEED_JWKS_URI: `${issuer}/.well-known/holdfast/deny-feed-jwks`,
    DENY_FEED_CLIENT_ID: provider.clientId,
    DENY_FEED_CERTIFICATE_FILE: certificateFile,
    DENY_FEED_PRIVATE_KEY_FILE: privateKeyFile,
    DENY_FEED_MODE: mode,
  });
  return { url, process: await AppProcess.start(application, newDirectory('following-api')) };
}
