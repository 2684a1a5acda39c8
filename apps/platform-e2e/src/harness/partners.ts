import type { Authority, IssuedCertificate, RawExtension } from '@holdfast/test-pki';
import { issueLeaf, makeRoot, makeSelfSigned, toIdentity, uniqueName, validNow } from './identity.js';
import type { Operator } from './operator.js';
import { tokenOf, type PartnerClient } from './token-endpoint.js';

/** A partner with a certificate authority of its own, registered for one test. */
export interface RegisteredPartner {
  readonly id: string;
  readonly root: Authority;
  readonly anchor: string;
}

/** A client that is recognised by a subject under its partner's anchor (RFC 8705 §2.1). */
export interface NamedClient extends PartnerClient {
  readonly subject: string;
  readonly leaf: IssuedCertificate;
}

/** A client that is recognised by a registered certificate (RFC 8705 §2.2). */
export interface PinnedClient extends PartnerClient {
  readonly subject: string;
  readonly leaf: IssuedCertificate;
}

export const READ = 'orders:read';
export const WRITE = 'orders:write';

/** Registers a partner with its own root as trust anchor. */
export async function registerPartner(
  operator: Operator,
  label: string,
  revocation: 'off' | 'soft' | 'hard' = 'off',
): Promise<RegisteredPartner> {
  const id = uniqueName(label);
  const root = await makeRoot(`CN=${id} Root CA,O=${id}`);
  const anchor = `${id}-ca`;
  await operator.post('partners', { id, name: `${label} of a test` });
  await operator.post('anchors', { id: anchor, partner: id, certificate: root.pem, revocation });
  return { id, root, anchor };
}

/** Registers a client by its subject, grants it scopes of the sample API, and waits until it gets tokens. */
export async function registerNamedClient(
  operator: Operator,
  partner: RegisteredPartner,
  scopes: readonly string[] = [READ, WRITE],
): Promise<NamedClient> {
  const clientId = uniqueName('named');
  const subject = `CN=${clientId},O=${partner.id},C=SE`;
  const leaf = await issueLeaf(partner.root, subject);
  const identity = { tls_client_auth_subject_dn: subject };
  return { ...(await registerClient(operator, partner, { clientId, identity, leaf, scopes })), subject };
}

/** Registers a client by its certificate, grants it scopes of the sample API, and waits until it gets tokens. */
export async function registerPinnedClient(
  operator: Operator,
  partner: RegisteredPartner,
  certificate?: IssuedCertificate,
): Promise<PinnedClient> {
  const clientId = uniqueName('pinned');
  const subject = `CN=${clientId},O=${partner.id},C=SE`;
  const leaf = certificate ?? (await makeSelfSigned(subject));
  const identity = { certificate: leaf.pem };
  return { ...(await registerClient(operator, partner, { clientId, identity, leaf })), subject };
}

/** A client that may be recognised in any way of RFC 8705 §2. */
export interface ClientToRegister {
  readonly clientId: string;
  /** Members of the admin API: a name, which counts under the partner's anchor, or certificates. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** What it presents. */
  readonly leaf: IssuedCertificate;
  readonly scopes?: readonly string[];
}

/** Registers a client, grants it scopes of the sample API, and waits until it gets tokens. */
export async function registerClient(
  operator: Operator,
  partner: RegisteredPartner,
  { clientId, identity, leaf, scopes = [READ, WRITE] }: ClientToRegister,
): Promise<PartnerClient & { readonly leaf: IssuedCertificate }> {
  const client = await enterClient(operator, partner, { clientId, identity, leaf, scopes });
  await tokenOf(operator.stack, client);
  return client;
}

/** The same for one that gets no token yet. */
export async function enterClient(
  operator: Operator,
  partner: RegisteredPartner,
  { clientId, identity, leaf, scopes = [READ, WRITE] }: ClientToRegister,
): Promise<PartnerClient & { readonly leaf: IssuedCertificate }> {
  await operator.post('clients', newClient(partner, clientId, identity));
  await operator.post('grants', { client: clientId, resource: operator.stack.orders, scopes });
  return { partner: partner.id, clientId, identity: toIdentity(leaf), leaf };
}

/** One that is known by its subject, with a certificate that says where its status is published. */
export async function enterClientWith(
  operator: Operator,
  partner: RegisteredPartner,
  extensions: readonly RawExtension[],
): Promise<NamedClient> {
  const clientId = uniqueName('published');
  const subject = `CN=${clientId},O=${partner.id},C=SE`;
  const extendedKeyUsage = ['clientAuth'] as const;
  const leaf = await partner.root.issue({ subject, extendedKeyUsage, extensions, ...validNow() });
  const identity = { tls_client_auth_subject_dn: subject };
  return { ...(await enterClient(operator, partner, { clientId, identity, leaf, scopes: [READ] })), subject };
}

/** The body of `POST /clients`: the method is the one that the identity belongs to. */
export function newClient(
  { id, anchor }: RegisteredPartner,
  clientId: string,
  identity: ClientToRegister['identity'],
): Readonly<Record<string, unknown>> {
  const isPinned = ['certificate', 'jwks', 'jwks_uri'].some((member) => member in identity);
  return {
    id: clientId,
    partner: id,
    token_endpoint_auth_method: isPinned ? 'self_signed_tls_client_auth' : 'tls_client_auth',
    ...(!isPinned && { anchor }),
    ...identity,
  };
}
