// A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
import { readFileSync } from 'node:fs';
import * as openid from 'openid-client';
import { Agent, fetch } from 'undici';

const { ISSUER, CLIENT_ID, CERT, KEY, CA, RESOURCE } = process.env;

const tls = { cert: readFileSync(CERT), key: readFileSync(KEY), ca: readFileSync(CA) };
const dispatcher = new Agent({ connect: tls });

const config = await openid.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  { use_mtls_endpoint_aliases: true },
  openid.TlsClientAuth(),
  { algorithm: 'oauth2', [openid.customFetch]: (url, options) => fetch(url, { ...options, dispatcher }) },
);
const token = await openid.clientCredentialsGrant(config, { resource: RESOURCE });
const url = new URL(`${RESOURCE}/orders`);
const answer = await openid.fetchProtectedResource(config, token.access_token, url, 'GET');
console.log(await answer.text());
if (!answer.ok) process.exitCode = 1;
await dispatcher.close();
