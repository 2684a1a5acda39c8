// A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
import { readFileSync } from 'node:fs';
import { createPartnerClient } from '@holdfast/partner-client';

const { TOKEN_ENDPOINT, CLIENT_ID, CERT, KEY, CA, RESOURCE } = process.env;

const client = createPartnerClient({
  tokenEndpoint: TOKEN_ENDPOINT,
  clientId: CLIENT_ID,
  certificateFile: CERT,
  privateKeyFile: KEY,
  ca: readFileSync(CA),
  resource: RESOURCE,
});
try {
  const answer = await client.fetch(`${RESOURCE}/orders`);
  console.log(await answer.text());
  if (!answer.ok) process.exitCode = 1;
} finally {
  client.close();
}
