import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { findFreePort } from '@holdfast/test-server';
import { writeIdentity } from './identity.js';
import { startNodeProgram } from './node-program.js';
import { newDirectory } from './run-directory.js';
import type { Identity } from './wire.js';

/** The APIs of examples/resource-servers: one on each framework, behind the same guard. */
const EXAMPLES = {
  fastify: 'fastify/server.mjs',
  express: 'express/server.mjs',
  nest: 'nest/dist/server.js',
  'node:http': 'node-http/server.mjs',
} as const;

export type ExampleName = keyof typeof EXAMPLES;

/** RFC 7662: where, as which client, and with which certificate. */
interface AsksIssuer {
  readonly endpoint: string;
  readonly clientId: string;
  readonly identity: Identity;
}

/** Whose tokens an example accepts, and its own certificate, for localhost; PEM. */
export interface ExampleSettings {
  readonly issuer: string;
  readonly audience: string;
  /** Where the keys are, or who is asked about each token instead: that only the one on Fastify can. */
  readonly tokens: { readonly jwksUri: string } | AsksIssuer;
  /** Whom the issuer's addresses are trusted by. */
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Starts one, as its README says. */
export async function startExample(
  name: ExampleName,
  { issuer, audience, tokens, ca, certificate, privateKey }: ExampleSettings,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const directory = newDirectory('example');
  const file = (label: string, content: string): string => {
    writeFileSync(join(directory, label), content, { mode: 0o600 });
    return join(directory, label);
  };
  const port = await findFreePort();
  const env = {
    ISSUER: issuer,
    AUDIENCE: audience,
    ...('jwksUri' in tokens ? { JWKS_URI: tokens.jwksUri } : askingEnv(tokens)),
    ISSUER_CA: file('ca.pem', ca),
    TLS_CERT: file('server.pem', certificate),
    TLS_KEY: file('server.key', privateKey),
    PORT: String(port),
  };
  const script = join(workspaceRoot, 'examples', 'resource-servers', EXAMPLES[name]);
  return { url: `https://localhost:${port}`, child: await startNodeProgram(script, env) };
}

function askingEnv({ endpoint, clientId, identity }: AsksIssuer): Record<string, string> {
  const { certificateFile, privateKeyFile } = writeIdentity(identity);
  return {
    INTROSPECTION_ENDPOINT: endpoint,
    CLIENT_ID: clientId,
    CLIENT_CERT: certificateFile,
    CLIENT_KEY: privateKeyFile,
  };
}
