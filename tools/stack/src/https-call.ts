import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { CertificateFiles } from './development-pki.js';

/** One HTTPS exchange, each on a connection of its own. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Trusts exactly this authority. */
  readonly caFile: string;
  /** The client certificate to present; none when absent. */
  readonly certificate?: CertificateFiles | undefined;
  readonly bearer?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface Answer {
  readonly status: number;
  /** The JSON of the body; an empty object when it is empty or not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The error code of a `WWW-Authenticate: Bearer` challenge (RFC 6750 §3). */
  readonly challenge: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** Makes the call. Rejects when no answer comes; an answer with any status is an answer. */
export function call({
  method = 'GET',
  url,
  caFile,
  certificate,
  bearer,
  form,
  json,
}: Call): Promise<Answer> {
  const body = form === undefined ? json && JSON.stringify(json) : new URLSearchParams(form).toString();
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      timeout: TIMEOUT_MS,
      ca: readFileSync(caFile),
      ...(certificate && {
        cert: readFileSync(certificate.certificateFile),
        key: readFileSync(certificate.privateKeyFile),
      }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${method} ${url}: no answer`)));
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          body: parseJson(Buffer.concat(chunks).toString('utf8')),
          challenge: /error="([^"]*)"/.exec(incoming.headers['www-authenticate'] ?? '')?.[1],
        }),
      );
    });
    outgoing.end(body);
  });
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
