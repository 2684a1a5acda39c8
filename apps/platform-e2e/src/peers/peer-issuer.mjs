// A token service that is not ours: oidc-provider with certificate-bound access tokens (RFC 8705). Started by a test, which
// passes everything in as JSON on the standard input; says "listening" when it does.
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

const { issuer, audience, tls, signingKey, client } = JSON.parse(await text(process.stdin));

const provider = new Provider(issuer, {
  clients: [
    {
      ...client,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      tls_client_certificate_bound_access_tokens: true,
      // Its only key is of this kind.
      id_token_signed_response_alg: 'ES256',
    },
  ],
  clientAuthMethods: ['self_signed_tls_client_auth'],
  jwks: { keys: [signingKey] },
  scopes: ['orders:read'],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      selfSignedTlsClientAuth: true,
      getCertificate: (context) => context.socket.getPeerX509Certificate()?.toString(),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        scope: 'orders:read',
        audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, provider.callback());
server.listen(Number(new URL(issuer).port), '127.0.0.1', () => console.log('listening'));
process.on('disconnect', () => process.exit(0));
