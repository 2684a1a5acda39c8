// An API on Fastify that accepts certificate-bound tokens only. README.md says how to run it.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { createTokenVerifier } from '@holdfast/cnf-token-verification';
import { mutualTlsOptions, systemPorts } from '@holdfast/resource-guard';
import { boundToken } from '@holdfast/resource-guard/fastify';

const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA, TLS_CERT, TLS_KEY, PORT } = process.env;
const { INTROSPECTION_ENDPOINT, CLIENT_ID, CLIENT_CERT, CLIENT_KEY } = process.env;

// Either the keys of the issuer are read, or it is asked about each token (RFC 7662), as a client with its own certificate.
const asks = INTROSPECTION_ENDPOINT !== undefined;
const tokens = asks
  ? { introspection: { endpoint: INTROSPECTION_ENDPOINT, clientId: CLIENT_ID, cacheSeconds: 0 } }
  : { keys: { jwksUri: JWKS_URI } };
const own = asks ? { cert: readFileSync(CLIENT_CERT), key: readFileSync(CLIENT_KEY) } : {};

const verifier = createTokenVerifier(
  { issuers: [{ issuer: ISSUER, audience: AUDIENCE, ...tokens }] },
  systemPorts({ ca: readFileSync(ISSUER_CA), ...own }),
);
await verifier.requireReady(new Date());

const app = Fastify({
  https: { ...mutualTlsOptions(), cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) },
});
// The caller is not told every reason: all of them are in this log.
const onRefusal = ({ message }) => console.error(`refused: ${message}`);
await app.register(boundToken, { verifier, onRefusal });

app.get('/orders', { config: { boundToken: { scopes: ['orders:read'] } } }, (request) => ({
  client: request.boundToken.clientId,
}));
app.get('/health', { config: { boundToken: 'public' } }, () => ({ healthy: true }));
app.get('/forgotten', () => ({ leaked: true })); // declares nothing, so it is closed

console.log(`listening on ${await app.listen({ port: Number(PORT) })}`);
