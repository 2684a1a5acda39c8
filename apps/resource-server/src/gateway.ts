import type { TokenPolicyInput } from '@holdfast/cnf-token-verification';
import { unusable } from '@holdfast/http-platform';
import type { ResourceServerConfig } from './config.js';

/**
 * A gateway in front of this API, as an issuer, if there is one: it vouches for callers by assertions that are bound to its own
 * certificate. Throws if only a part of it is configured.
 */
export function readGateway(config: ResourceServerConfig): TokenPolicyInput['issuers'] {
  const { GATEWAY_ISSUER: issuer, GATEWAY_KEYS_FILE: file, AUDIENCE: audience } = config;
  if (issuer === undefined && file === undefined) return [];
  if (issuer === undefined || file === undefined)
    throw unusable('GATEWAY_ISSUER and GATEWAY_KEYS_FILE: set both, or neither');
  return [{ issuer, audience, keys: { file }, typ: 'holdfast-identity+jwt', requiredClaims: ['partner'] }];
}
