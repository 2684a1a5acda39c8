import type { IssuedCertificate } from '@holdfast/test-pki';
import { issueLeaf, validNow } from '../harness/identity.js';
import { credentialsForm, tokenOf, tokenRequest, withToken } from '../harness/token-endpoint.js';
import type { Identity, WireRequest } from '../harness/wire.js';
import { invalidToken, type Attempt, type Expected } from './attack-case.js';
import type { AttackWorld, Target } from './attack-world.js';

/** Header lines, in order; they may repeat. */
export type Lines = NonNullable<WireRequest['headers']>;

/** Headers of a proxy that are not exactly as they must be. */
export const MALFORMED: Expected = {
  status: 400,
  error: 'invalid_request',
  reason: 'proxy_header_malformed',
};

/** What a proxy adds to a request, and the answer. */
export type Forwarded = readonly [name: string, lines: Lines, expected: Expected];

/** Token requests of the victim's client that a proxy forwards (RFC 9440). */
export async function forwarding(
  world: AttackWorld,
  requests: readonly Forwarded[],
): Promise<readonly Attempt[]> {
  const { token, edge } = await world.proxied();
  return requests.map(([name, lines, expected]) => asking(world, name, token, edge, lines, expected));
}

/** The same at the gateway: calls with a token of the victim's client, of which `invalid_client` is a bad token. */
export async function forwardingCalls(
  world: AttackWorld,
  requests: readonly Forwarded[],
): Promise<readonly Attempt[]> {
  const { gateway, edge } = await world.proxied();
  const token = await tokenOf(world.stack, world.named);
  return requests.map(([name, lines, expected]) => ({
    name: `${name} at the gateway`,
    to: gateway,
    as: edge,
    send: withToken(token, { headers: lines }),
    expected: expected.error === 'invalid_client' ? invalidToken(expected.reason!) : expected,
  }));
}

/** A token request for the victim's client, by whomever. */
export function asking(
  world: AttackWorld,
  name: string,
  to: Target,
  as: Identity | undefined,
  lines: Lines,
  expected: Expected,
): Attempt {
  return { name, to, as, send: request(world.named.clientId, lines), expected };
}

/** `POST /token` for a client, with more header lines. */
export function request(clientId: string, lines: Lines): WireRequest {
  const plain = tokenRequest(credentialsForm(clientId));
  return { ...plain, headers: [...(plain.headers ?? []), ...lines] };
}

/** RFC 7617 §2, as proxies send it; `user:password`. */
export function authorization(credential: string): Lines[number] {
  return ['Proxy-Authorization', `Basic ${Buffer.from(credential).toString('base64')}`];
}

/** A certificate in both encodings. */
export type Encodable = Pick<IssuedCertificate, 'der' | 'pem'>;

/** RFC 9440 §2.2. */
export function item({ der }: Pick<Encodable, 'der'>): string {
  return `:${Buffer.from(der).toString('base64')}:`;
}

/** As nginx writes it. */
export function escaped({ pem }: Pick<Encodable, 'pem'>): string {
  return encodeURIComponent(pem);
}

/** The certificate in the header of every format, and what proxies say beside it. */
export function everyHeader(certificate: Encodable): Lines {
  return [
    ['Client-Cert', item(certificate)],
    ['X-Forwarded-Client-Cert', `Cert="${escaped(certificate)}"`],
    ['X-Client-Cert', escaped(certificate)],
    ['X-SSL-Client-Cert', escaped(certificate)],
    ['X-Amzn-Mtls-Clientcert', escaped(certificate)],
    ['X-ARR-ClientCert', Buffer.from(certificate.der).toString('base64')],
    ['X-Client-Verify', 'SUCCESS'],
  ];
}

/** A leaf of the victim's client under an intermediate of the victim, and more intermediates that did not issue it. */
export async function chainOf(world: AttackWorld, count: number, padding = 0) {
  const { root } = world.victim;
  const extensions = [{ oid: '1.3.6.1.4.1.55555.1', value: new Uint8Array(padding) }];
  const made = (index: number) =>
    root.issueAuthority({
      subject: `CN=intermediate ${index}`,
      ...validNow(),
      ...(padding > 0 && { extensions }),
    });
  const [intermediate, ...others] = await Promise.all(
    Array.from({ length: count + 1 }, (_, index) => made(index)),
  );
  return { leaf: await issueLeaf(intermediate!, world.named.subject), intermediate: intermediate!, others };
}
