// An API on Express that accepts certificate-bound tokens only. README.md says how to run it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import { createTokenVerifier } from '@holdfast/cnf-token-verification';
import { mutualTlsOptions, systemPorts } from '@holdfast/resource-guard';
import { accessFor, boundToken } from '@holdfast/resource-guard/express';

const { ISSUER, AUDIENCE, JWKS_URI, ISSUER_CA, TLS_CERT, TLS_KEY, PORT } = process.env;

const verifier = createTokenVerifier(
  { issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: { jwksUri: JWKS_URI } }] },
  systemPorts({ ca: readFileSync(ISSUER_CA) }),
);
await verifier.requireReady(new Date());

const app = express();
const guard = boundToken({ verifier });
app.get('/orders', guard.requireScopes('orders:read'), (request, response) => {
  response.json({ client: accessFor(request).clientId });
});
app.get('/health', guard.isPublic, (_request, response) => {
  response.json({ healthy: true });
});
app.use(guard.closed);
guard.requireDeclared(app); // a route without a declaration ends the start

const tls = { ...mutualTlsOptions(), cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) };
const server = createServer(tls, app).listen(Number(PORT), 'localhost', () => {
  console.log(`listening on https://localhost:${server.address().port}`);
});
