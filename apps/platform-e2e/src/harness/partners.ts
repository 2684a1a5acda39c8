import type { Authority, IssuedCertificate } from '@holdfast/test-pki';
import { issueLeaf, makeRoot, makeSelfSigned, toIdentity, uniqueName } from './identity.js';
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
export async function registerPartner(operator: Operator, label: string): Promise<RegisteredPartner> {
  const id = uniqueName(label);
  const root = await makeRoot(`CN=${id} Root CA,O=${id}`);
  const anchor = `${id}-ca`;
  await operator.post('partners', { id, name: `${label} of a test` });
  await operator.post('anchors', { id: anchor, partner: id, certificate: root.pem });
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
  await operator.post('clients', {
    id: clientId,
    partner: partner.id,
    token_endpoint_auth_method: 'tls_client_auth',
    anchor: partner.anchor,
    tls_client_auth_subject_dn: subject,
  });
  const leaf = await issueLeaf(partner.root, subject);
  const client = { partner: partner.id, clientId, identity: toIdentity(leaf), subject, leaf };
  await grantOrders(operator, client, scopes);
  return client;
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
  await operator.post('clients', {
    id: clientId,
    partner: partner.id,
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    certificate: leaf.pem,
  });
  const client = { partner: partner.id, clientId, identity: toIdentity(leaf), subject, leaf };
  await grantOrders(operator, client, [READ, WRITE]);
  return client;
}

async function grantOrders(
  operator: Operator,
  client: PartnerClient,
  scopes: readonly string[],
): Promise<void> {
  await operator.post('grants', { client: client.clientId, resource: operator.stack.orders, scopes });
  await tokenOf(operator.stack, client);
}
