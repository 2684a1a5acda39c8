import { createSelfSigned } from '@holdfast/test-pki';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdminApi } from './admin-api.js';
import { FREIGHT_API_CLIENT, urlsOf, type StackSettings, type StackUrls } from './applications.js';
import type { CertificateFiles, DevelopmentPki } from './development-pki.js';
import { writePrivateFile } from './private-files.js';
import type { TokenClient } from './token-client.js';

/** The clients of one stack, as its token service knows them. */
export interface StackClients {
  readonly operator: TokenClient;
  readonly acme: TokenClient;
  /** Another application of acme, for the API of the second provider. */
  readonly acmeFreight: TokenClient;
  readonly beta: TokenClient;
}

/** The addresses that these clients have to know: the token endpoint, and three APIs by their audiences. */
export type ClientUrls = Pick<
  StackUrls,
  'tokenEndpoint' | 'adminApi' | 'resourceServer' | 'secondResourceServer'
>;

/** As much of the admin API as is needed here. */
export type Registry = Pick<AdminApi, 'ensure' | 'has'>;

const OPERATOR_CLIENT = 'holdfast-operator';
const READ_ORDERS = 'orders:read';
const ORDER_SCOPES = [READ_ORDERS, 'orders:write'];
const HOUR_MS = 3_600_000;

/** Who the operator and the clients of the demo partners are. */
export function clientsOf({ ports, pki }: StackSettings): StackClients {
  return clientsAt(urlsOf(ports), pki);
}

/** The same for a stack with these addresses. */
export function clientsAt(urls: ClientUrls, pki: Omit<DevelopmentPki, 'made'>): StackClients {
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
    acmeFreight: {
      ...common,
      clientId: 'acme-freight',
      certificate: pki.acmeFreight,
      resource: urls.secondResourceServer,
      scope: READ_ORDERS,
    },
    beta: { ...orders, clientId: 'beta-sync', certificate: pki.beta },
  };
}

/**
 * Registers two partners that provide an API each, the second with the client as which its API follows the deny feed of
 * `issuer`. May run any number of times. An API stays with the partner that it was registered for: nothing moves one.
 */
export async function seedProviders(
  registry: Registry,
  { acme, acmeFreight }: StackClients,
  { freightApi }: Pick<DevelopmentPki, 'freightApi'>,
  issuer: string,
): Promise<void> {
  await registry.ensure('/api/v1/partners', { id: 'freight', name: 'Freight Co' });
  await ensurePinnedClient(registry, FREIGHT_API_CLIENT, 'freight', freightApi);
  const follows = { client: FREIGHT_API_CLIENT, resource: issuer, scopes: ['deny-feed:read'] };
  await registry.ensure('/api/v1/grants', follows);
  await ensureResource(registry, acmeFreight.resource, 'freight');

  // In a registry of before there were two it belongs to the partner of the platform.
  if (await registry.has('/api/v1/resources', ({ audience }) => audience === acme.resource)) return;
  await registry.ensure('/api/v1/partners', { id: 'mill', name: 'Mill & Sons' });
  await ensureResource(registry, acme.resource, 'mill');
}

/**
 * Registers two partners that consume those APIs, one for each method of RFC 8705. acme reads and writes at the first API
 * and only reads at the second, with an application for each; beta has the first alone. May run any number of times.
 */
export async function seedConsumers(
  registry: Registry,
  { acme, acmeFreight, beta }: StackClients,
  pki: Pick<DevelopmentPki, 'acme' | 'acmeFreight' | 'beta'>,
): Promise<void> {
  await registry.ensure('/api/v1/partners', { id: 'acme', name: 'Acme Ltd' });
  await registry.ensure('/api/v1/anchors', {
    id: 'acme-ca',
    partner: 'acme',
    certificate: readFileSync(pki.acme.anchorFile, 'utf8'),
    revocation: 'off',
  });
  await ensureNamedClient(registry, acme.clientId, pki.acme.subjectDn);
  await ensureNamedClient(registry, acmeFreight.clientId, pki.acmeFreight.subjectDn);

  await registry.ensure('/api/v1/partners', { id: 'beta', name: 'Beta AG' });
  await ensurePinnedClient(registry, beta.clientId, 'beta', pki.beta);

  for (const client of [acme, acmeFreight, beta]) await ensureGrant(registry, client);
}

function ensureResource(registry: Registry, audience: string, partner: string): Promise<void> {
  return registry.ensure('/api/v1/resources', { audience, partner, scopes: ORDER_SCOPES });
}

function ensureNamedClient(registry: Registry, id: string, subjectDn: string): Promise<void> {
  return registry.ensure('/api/v1/clients', {
    id,
    partner: 'acme',
    token_endpoint_auth_method: 'tls_client_auth',
    anchor: 'acme-ca',
    tls_client_auth_subject_dn: subjectDn,
  });
}

async function ensurePinnedClient(
  registry: Registry,
  id: string,
  partner: string,
  { certificateFile }: CertificateFiles,
): Promise<void> {
  const certificate = readFileSync(certificateFile, 'utf8');
  await registry.ensure('/api/v1/clients', {
    id,
    partner,
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    certificate,
  });
  // A certificate that had to be made anew is not yet among those of a client that is registered already.
  await registry.ensure('/api/v1/credentials', { client: id, certificate });
}

/** What a client of the demo asks for is what it is granted. */
function ensureGrant(registry: Registry, { clientId, resource, scope }: TokenClient): Promise<void> {
  return registry.ensure('/api/v1/grants', { client: clientId, resource, scopes: scope.split(' ') });
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
  const temporary = { ...acme, clientId, certificate };
  await ensureGrant(admin, temporary);
  return temporary;
}
