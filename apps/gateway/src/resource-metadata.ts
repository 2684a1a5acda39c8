import type { TokenPolicyInput } from '@holdfast/cnf-token-verification';
import type { GatewayPlan } from './configuration/plan.js';

/** RFC 9728 §2. */
export type ResourceMetadata = Readonly<Record<string, unknown>>;

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Where the metadata of the API belongs that a policy protects: its audience, with the well-known name before the path
 * (RFC 9728 §3.1). Undefined where the audience is no https URL, or not the same for all issuers: it has no such place.
 */
export function metadataUrl({ issuers }: TokenPolicyInput): URL | undefined {
  const [audience, ...others] = new Set(issuers.map((issuer) => issuer.audience));
  if (audience === undefined || others.length > 0 || !/^https:\/\/[!#-[\]-~]+$/.test(audience))
    return undefined;
  if (!URL.canParse(audience)) return undefined;
  const url = new URL(audience);
  if (url.search !== '' || url.hash !== '' || url.username !== '') return undefined;
  url.pathname = `${WELL_KNOWN}${url.pathname === '/' ? '' : url.pathname}`;
  return url;
}

/** The metadata of every API behind the gateway, by URL. */
export function metadataOf({ policies, routes }: GatewayPlan): ReadonlyMap<string, ResourceMetadata> {
  const documents = new Map<string, ResourceMetadata>();
  for (const policy of policies.values()) {
    const url = metadataUrl(policy);
    if (url === undefined) continue;
    const resource = policy.issuers[0]!.audience;
    const same = [...policies].filter(([, { issuers }]) =>
      issuers.every(({ audience }) => audience === resource),
    );
    const keys = new Set(same.map(([key]) => key));
    const scopes = routes.flatMap(({ policy: key, access }) =>
      key !== undefined && keys.has(key) && !access.public ? access.scopes : [],
    );
    documents.set(url.href, {
      resource,
      authorization_servers: policy.issuers.map(({ issuer }) => issuer),
      scopes_supported: [...new Set(scopes)].sort(),
      bearer_methods_supported: ['header'],
      tls_client_certificate_bound_access_tokens: same.every(([, { binding }]) => binding !== 'optional'),
    });
  }
  return documents;
}

/** The document at a path: that of the host, or the only one that is there, whatever name the gateway has outside. */
export function metadataAt(
  documents: ReadonlyMap<string, ResourceMetadata>,
  host: string | undefined,
  path: string,
): ResourceMetadata | undefined {
  const own = documents.get(`https://${host}${path}`);
  if (own !== undefined) return own;
  const there = [...documents].filter(([url]) => new URL(url).pathname === path);
  return there.length === 1 ? there[0]![1] : undefined;
}
