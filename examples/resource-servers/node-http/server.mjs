// An API on node:https alone that accepts certificate-bound tokens only. README.md says how to run it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createTokenVerifier } from '@holdfast/cnf-token-verification';
import { mutualTlsOptions, systemPorts } from '@holdfast/resource-guard';
import { boundToken } from '@holdfast/resource-guard/node-http';

const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA, TLS_CERT, TLS_KEY, PORT } = process.env;

const verifier = createTokenVerifier(
  { issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: { jwksUri: JWKS_URI } }] },
  systemPorts({ ca: readFileSync(ISSUER_CA) }),
);
await verifier.requireReady(new Date());

/** Who may call what; anything else is closed. */
const routes = new Map([
  ['GET /orders', { public: false, scopes: ['orders:read'] }],
  ['GET /health', { public: true }],
]);
const pathOf = ({ url }) => url.split('?', 1)[0];
const listener = boundToken(
  { verifier },
  (request) => routes.get(`${request.method} ${pathOf(request)}`),
  (request, response, access) => {
    const answer = pathOf(request) === '/orders' ? { client: access.clientId } : { healthy: true };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  },
);

const tls = { ...mutualTlsOptions(), cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) };
const server = createServer(tls, listener).listen(Number(PORT), 'localhost', () => {
  console.log(`listening on https://localhost:${server.address().port}`);
});
