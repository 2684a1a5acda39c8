import { GATEWAY_CLIENT, type StackUrls } from './applications.js';
import type { DevelopmentPki } from './development-pki.js';
import { writePrivateFile } from './private-files.js';

/** The name of the gateway file in the state directory of a stack. */
export const GATEWAY_FILE = 'gateway.yaml';

/** Puts the gateway in front of the sample API, which trusts its assertions and no header (docs/guides/gateway.md). */
export function writeGatewayFile(path: string, pki: DevelopmentPki, urls: StackUrls): void {
  const { certificateFile, privateKeyFile, identityKeyFile } = pki.gateway;
  const file = {
    tokens: {
      issuers: [
        {
          issuer: urls.issuer,
          audience: urls.resourceServer,
          keys: { jwksUri: urls.jwks },
          requiredClaims: ['partner'],
        },
      ],
      denyFeed: { mode: 'bounded' },
    },
    denyFeed: { url: urls.denyFeed, jwksUri: urls.denyFeedJwks, clientId: GATEWAY_CLIENT },
    issuerTls: { caFile: pki.serverCaFile, certificateFile, privateKeyFile },
    upstreams: {
      orders: {
        url: urls.resourceServer,
        tls: { caFile: pki.serverCaFile, certificateFile, privateKeyFile },
      },
    },
    routes: [
      { path: '/orders/**', methods: ['GET', 'HEAD'], scopes: ['orders:read'], upstream: 'orders' },
      { path: '/orders/**', methods: ['POST'], scopes: ['orders:write'], upstream: 'orders' },
    ],
    // As much as the API takes: one that refuses in the middle resets the connection, which is 502.
    bodyBytes: 16_384,
    identity: { assertion: { privateKeyFile: identityKeyFile, issuer: urls.gateway, bearer: true } },
    // The audience is the address of the API itself, where this metadata would have to be (RFC 9728 section 3.1).
    metadata: false,
  };
  // YAML takes JSON as it is.
  writePrivateFile(path, `# Written by npm start at every start.\n${JSON.stringify(file, undefined, 2)}\n`);
}
