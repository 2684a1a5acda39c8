// An API on Fastify that accepts certificate-bound tokens only. README.md says how to run it.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { createTokenVerifier } from '@holdfast/cnf-token-verification';
import { mutualTlsOptions, systemPorts } from '@holdfast/resource-guard';
import { boundToken } from '@holdfast/resource-guard/fastify';

const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA, TLS_CERT, TLS_KEY, PORT } = process.env;

const verifier = createTokenVerifier(
  { issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: { jwksUri: JWKS_URI } }] },
  systemPorts({ ca: readFileSync(ISSUER_CA) }),
);
await verifier.requireReady(new Date());

const app = Fastify({
  https: { ...mutualTlsOptions(), cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) },
});
await app.register(boundToken, { verifier });

app.get('/orders', { config: { boundToken: { scopes: ['orders:read'] } } }, (request) => ({
  client: request.boundToken.clientId,
}));
app.get('/health', { config: { boundToken: 'public' } }, () => ({ healthy: true }));
app.get('/forgotten', () => ({ leaked: true })); // declares nothing, so it is closed

console.log(`listening on ${await app.listen({ port: Number(PORT) })}`);
