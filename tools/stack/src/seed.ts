import { createSelfSigned } from '@holdfast/test-pki';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminApi } from './admin-api.js';
import { urlsOf, type StackSettings } from './applications.js';
import type { DevelopmentPki } from './development-pki.js';
import { writePrivateFile } from './private-files.js';
import type { TokenClient } from './token-client.js';

/** The clients of one stack, as its token service knows them. */
export interface StackClients {
  readonly operator: TokenClient;
  readonly acme: TokenClient;
  readonly beta: TokenClient;
}

export const OPERATOR_CLIENT = 'holdfast-operator';
/** The partner that `migrate bootstrap` makes: it provides the sample API. */
const PLATFORM_PARTNER = 'holdfast';
export const ORDER_SCOPES = ['orders:read', 'orders:write'];
const HOUR_MS = 3_600_000;

/** Who the operator and the two demo partners are. */
export function clientsOf({ ports, pki }: StackSettings): StackClients {
  const urls = urlsOf(ports);
  const common = { tokenEndpoint: urls.tokenEndpoint, caFile: pki.serverCaFile };
  const orders = { ...common, resource: urls.resourceServer, scope: ORDER_SCOPES.join(' ') };
  return {
    operator: {
      ...common,
      clientId: OPERATOR_CLIENT,
      certificate: pki.operator,
      resource: urls.adminApi,
      scope: 'admin',
    },
    acme: { ...orders, clientId: 'acme-orders', certificate: pki.acme },
    beta: { ...orders, clientId: 'beta-sync', certificate: pki.beta },
  };
}

/** Registers the sample API and the two demo partners, one for each method of RFC 8705. May run any number of times. */
export async function seedDemoPartners(
  admin: AdminApi,
  clients: StackClients,
  pki: Pick<DevelopmentPki, 'acme' | 'beta'>,
): Promise<void> {
  const audience = clients.acme.resource;
  await admin.ensure('/api/v1/resources', { audience, partner: PLATFORM_PARTNER, scopes: ORDER_SCOPES });

  await admin.ensure('/api/v1/partners', { id: 'acme', name: 'Acme Ltd' });
  await admin.ensure('/api/v1/anchors', {
    id: 'acme-ca',
    partner: 'acme',
    certificate: readFileSync(pki.acme.anchorFile, 'utf8'),
    revocation: 'off',
  });
  await admin.ensure('/api/v1/clients', {
    id: clients.acme.clientId,
    partner: 'acme',
    token_endpoint_auth_method: 'tls_client_auth',
    anchor: 'acme-ca',
    tls_client_auth_subject_dn: pki.acme.subjectDn,
  });

  const betaCertificate = readFileSync(pki.beta.certificateFile, 'utf8');
  await admin.ensure('/api/v1/partners', { id: 'beta', name: 'Beta AG' });
  await admin.ensure('/api/v1/clients', {
    id: clients.beta.clientId,
    partner: 'beta',
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    certificate: betaCertificate,
  });
  // A certificate that had to be made anew is not yet among those of a client that is registered already.
  await admin.ensure('/api/v1/credentials', { client: clients.beta.clientId, certificate: betaCertificate });

  for (const { clientId } of [clients.acme, clients.beta]) await grantOrders(admin, clientId, audience);
}

/** A client of acme that lives for one run of the demo, which suspends it at the end. */
export async function registerTemporaryClient(
  admin: AdminApi,
  { acme }: StackClients,
  directory: string,
  now: Date,
): Promise<TokenClient> {
  const clientId = `demo-${now.getTime().toString(36)}`;
  const made = await createSelfSigned({
    subject: `CN=${clientId}`,
    extendedKeyUsage: ['clientAuth'],
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + HOUR_MS),
  });
  const certificate = {
    certificateFile: join(directory, 'demo-temporary.pem'),
    privateKeyFile: join(directory, 'demo-temporary.key.pem'),
  };
  writePrivateFile(certificate.certificateFile, made.pem);
  writePrivateFile(certificate.privateKeyFile, made.privateKeyPem);
  await admin.post('/api/v1/clients', {
    id: clientId,
    partner: 'acme',
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    certificate: made.pem,
  });
  await grantOrders(admin, clientId, acme.resource);
  return { ...acme, clientId, certificate };
}

function grantOrders(admin: AdminApi, client: string, resource: string): Promise<void> {
  return admin.ensure('/api/v1/grants', { client, resource, scopes: ORDER_SCOPES });
}
