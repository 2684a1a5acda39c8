import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@holdfast/stack';
import { findFreePort } from '@holdfast/test-server';
import { startNodeProgram } from './node-program.js';
import { newDirectory } from './run-directory.js';

/** The APIs of examples/resource-servers: one on each framework, behind the same guard. */
const EXAMPLES = {
  fastify: 'fastify/server.mjs',
  express: 'express/server.mjs',
  nest: 'nest/dist/server.js',
  'node:http': 'node-http/server.mjs',
} as const;

export type ExampleName = keyof typeof EXAMPLES;

/** Whose tokens an example accepts, and its own certificate, for localhost; PEM. */
export interface ExampleSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  /** Whom `jwksUri` is trusted by. */
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Starts one, as its README says. */
export async function startExample(
  name: ExampleName,
  { issuer, audience, jwksUri, ca, certificate, privateKey }: ExampleSettings,
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
    JWKS_URI: jwksUri,
    ISSUER_CA: file('ca.pem', ca),
    TLS_CERT: file('server.pem', certificate),
    TLS_KEY: file('server.key', privateKey),
    PORT: String(port),
  };
  const script = join(workspaceRoot, 'examples', 'resource-servers', EXAMPLES[name]);
  return { url: `https://localhost:${port}`, child: await startNodeProgram(script, env) };
}
