import {
  AuditUnavailable,
  type AuditEvent,
  type AuditTrail,
  type UnprovenRefusal,
} from '@holdfast/audit-trail';
import {
  PARTNER_CERTIFICATES,
  PARTNER_REVOCATION,
  parseCertificate,
  parseRegisteredName,
  publicKeyThumbprint,
} from '@holdfast/certificate-validation';
import { RegistryReplica, toPin, type PinMatch, type RegistryChange } from '@holdfast/client-registry';
import { type ClientId, type TokenRequest } from '@holdfast/oauth-protocol';
import {
  makeOcspResponse,
  makeRevocationList,
  type OcspStatementOptions,
  type Signer,
  createAuthority,
  createSelfSigned,
  type Authority,
  type IssuedCertificate,
  type LeafOptions,
} from '@holdfast/test-pki';
import { thumbprintOf, type PresentedCertificate } from '@holdfast/token-binding';
import {
  AuthenticateClient,
  DecisionRecorder,
  IssueToken,
  type AccessTokenClaims,
  type IssuancePolicy,
} from '../index.js';

export const NOON = new Date('2026-06-01T12:00:00Z');
export const YEAR = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2026-12-31T00:00:00Z'),
};
export const ACME = 'acme-orders' as ClientId;
export const BETA = 'beta-sync' as ClientId;
export const API = 'https://api.example';

/** What one case changes. */
export interface Situation {
  request: { -readonly [K in keyof TokenRequest]: TokenRequest[K] };
  presented: PresentedCertificate | undefined;
  now: Date;
  changes: RegistryChange[];
  ageMs: number;
  auditFails: boolean;
}

export interface Outcome {
  readonly claims?: AccessTokenClaims;
  readonly expiresIn?: number;
  readonly error?: unknown;
  readonly recorded: readonly AuditEvent[];
  readonly counted: readonly UnprovenRefusal[];
  /** Anchor, kind and URL of the sources of revocation status that were asked for, and key sets. */
  readonly wanted: readonly string[];
  /** Why it was not known whether the certificate is revoked, where a token was issued all the same. */
  readonly unknown: readonly string[];
}

export let root: Authority;
export let issuing: Authority;
export let sameName: Authority;
export let acmeLeaf: IssuedCertificate;
export let betaLeaf: IssuedCertificate;
let registry: RegistryChange[];

export const acmeSubject = { subject: 'CN=acme-orders,O=Acme Ltd,C=SE', ...YEAR };
export const leafOf = (authority: Authority, change: Partial<LeafOptions> = {}): Promise<IssuedCertificate> =>
  authority.issue({ ...acmeSubject, ...change });
export const present = (leaf: IssuedCertificate, ...bag: IssuedCertificate[]): PresentedCertificate => ({
  leaf: leaf.der,
  bag: bag.map(({ der }) => der),
});

export const pinOf = ({ der }: IssuedCertificate, match: PinMatch) => {
  const certificate = parseCertificate(der);
  if (!certificate.parsed) throw new Error('the world is broken');
  return toPin(certificate.certificate, match);
};

/** Makes the registry and its certificates; once, before the tests of a file. */
export async function makeWorld(): Promise<void> {
  root = await createAuthority({ subject: 'CN=Acme Root,O=Acme Ltd,C=SE', ...YEAR });
  issuing = await root.issueAuthority({ subject: 'CN=Acme Issuing,O=Acme Ltd,C=SE', ...YEAR, pathLength: 0 });
  sameName = await createAuthority({ subject: 'CN=Acme Root,O=Acme Ltd,C=SE', ...YEAR });
  acmeLeaf = await leafOf(issuing);
  betaLeaf = await createSelfSigned({ subject: 'CN=beta', ...YEAR });
  const parsed = parseCertificate(root.der);
  const name = parseRegisteredName('subject_dn', acmeSubject.subject);
  if (!parsed.parsed || !name.parsed) throw new Error('the world is broken');
  registry = [
    { kind: 'partners', id: 'acme', value: { id: 'acme', name: 'Acme', status: 'active' } },
    { kind: 'partners', id: 'beta', value: { id: 'beta', name: 'Beta', status: 'active' } },
    {
      kind: 'anchors',
      id: 'acme-ca',
      value: {
        id: 'acme-ca',
        partnerId: 'acme',
        certificate: root.der,
        keyThumbprint: publicKeyThumbprint(parsed.certificate),
        intermediates: [],
        revocation: 'off',
        serverAuthUntil: undefined,
        status: 'active',
      },
    },
    {
      kind: 'clients',
      id: ACME,
      value: { id: ACME, partnerId: 'acme', authMethod: 'tls_client_auth', status: 'active' },
    },
    {
      kind: 'clients',
      id: BETA,
      value: { id: BETA, partnerId: 'beta', authMethod: 'self_signed_tls_client_auth', status: 'active' },
    },
    {
      kind: 'credentials',
      id: 'crd_1',
      value: {
        kind: 'subject_dn',
        id: 'crd_1',
        clientId: ACME,
        anchorId: 'acme-ca',
        value: acmeSubject.subject,
        canonical: name.name.canonical,
      },
    },
    {
      kind: 'credentials',
      id: 'crd_2',
      value: {
        ...pinOf(betaLeaf, 'certificate'),
        id: 'crd_2',
        clientId: BETA,
      },
    },
    {
      kind: 'resources',
      id: API,
      value: { audience: API, partnerId: 'beta', scopes: ['orders:read', 'orders:write'] },
    },
    {
      kind: 'grants',
      id: 'grt_1',
      value: { id: 'grt_1', clientId: ACME, audience: API, scopes: ['orders:read', 'orders:write'] },
    },
    {
      kind: 'grants',
      id: 'grt_2',
      value: { id: 'grt_2', clientId: BETA, audience: API, scopes: ['orders:read'] },
    },
  ] as RegistryChange[];
}

/** The valid world: acme-orders asks with its own certificate and intermediate; everything is granted. */
export function situation(): Situation {
  return {
    request: { grantType: 'client_credentials', clientId: ACME, scopes: undefined, resources: [] },
    presented: present(acmeLeaf, issuing),
    now: NOON,
    changes: [],
    ageMs: 0,
    auditFails: false,
  };
}

export function replace(kind: RegistryChange['kind'], id: string, change: object): RegistryChange {
  const entry = registry.find((candidate) => candidate.kind === kind && candidate.id === id);
  return { kind, id, value: { ...entry?.value, ...change } } as RegistryChange;
}

/** The valid registry with these changes. */
export function registryWith(changes: readonly RegistryChange[], ageMs = (): number => 0): RegistryReplica {
  const replica = new RegistryReplica(ageMs);
  replica.apply({ version: 1n, changes: registry });
  replica.apply({ version: 2n, changes });
  replica.confirm(0);
  return replica;
}

export const POLICY: IssuancePolicy = {
  issuer: 'https://as.example',
  environment: 'test',
  lifetimeSeconds: 240,
  freshnessSeconds: 300,
  certificates: { path: PARTNER_CERTIFICATES, revocation: PARTNER_REVOCATION },
};

export function ask(world: Situation): Promise<Outcome> {
  return askingIn(world)();
}

/** Asks again and again, on the same connection as long as `presented` is the same. */
export function askingIn(world: Situation): () => Promise<Outcome> {
  const [recorded, counted, signed] = [
    [] as AuditEvent[],
    [] as UnprovenRefusal[],
    [] as AccessTokenClaims[],
  ];
  const clients = registryWith(world.changes, () => world.ageMs);
  const audit: AuditTrail = {
    record: async (event) => {
      if (world.auditFails) throw new AuditUnavailable('down');
      recorded.push(event);
    },
    count: (refusal) => void counted.push(refusal),
  };
  const signer = { sign: async (claims: AccessTokenClaims) => (signed.push(claims), 'signed') };
  const [wanted, unknown]: [string[], string[]] = [[], []];
  const time = {
    now: () => world.now,
    newTokenId: () => 'jti-1',
    acceptedUnknown: (cause: string) => void unknown.push(cause),
  };
  const authenticate = new AuthenticateClient(
    clients,
    POLICY,
    (anchor, sources) => void wanted.push(...sources.map(({ kind, url }) => `${anchor} ${kind} ${url}`)),
    (credential) => void wanted.push(`key set of ${credential}`),
  );
  const recorder = new DecisionRecorder(audit, time.now);
  const issueToken = new IssueToken(authenticate, POLICY, signer, recorder, time);
  return async () => {
    for (const log of [recorded, counted, signed, wanted, unknown]) log.length = 0;
    try {
      const { expiresIn } = await issueToken.execute(world.request, world.presented, {
        requestId: 'req_1',
        source: '127.0.0.1',
      });
      return { claims: signed[0]!, expiresIn, recorded, counted, wanted, unknown };
    } catch (error) {
      return { error, recorded, counted, wanted, unknown };
    }
  };
}

/** A CRL at hand for the anchor of acme. */
export function revocationList(
  source: string,
  signer: Signer,
  revoked: readonly Uint8Array[] = [],
  nextUpdate = YEAR.notAfter,
): RegistryChange {
  const entries = revoked.map((certificate) => ({ certificate, since: YEAR.notBefore }));
  const der = makeRevocationList(signer, { thisUpdate: YEAR.notBefore, nextUpdate, revoked: entries });
  const times = { thisUpdate: YEAR.notBefore, nextUpdate, storedAt: YEAR.notBefore };
  return {
    kind: 'revocationLists',
    id: source,
    value: { id: source, anchorId: 'acme-ca', source, der, ...times },
  };
}

export type OcspStatus = OcspStatementOptions['status'];

/** An OCSP response about `certificate`, stored as the one about `storedFor`, good for the year. */
export function ocspResponse(
  certificate: IssuedCertificate,
  issuer: Signer,
  status: OcspStatus,
  storedFor = certificate,
): RegistryChange {
  const { notBefore: thisUpdate, notAfter: nextUpdate } = YEAR;
  const statement = { certificate: certificate.der, issuer, status, thisUpdate, nextUpdate };
  const times = { producedAt: thisUpdate, freshUntil: nextUpdate, storedAt: thisUpdate };
  return {
    kind: 'ocspResponses',
    id: 'ocsp',
    value: {
      id: 'ocsp',
      anchorId: 'acme-ca',
      source: 'http://ocsp.acme.example/',
      certificate: thumbprintOf(storedFor.der),
      der: makeOcspResponse(issuer, { producedAt: thisUpdate, statements: [statement] }),
      status: status === 'good' ? 'good' : 'revoked',
      ...times,
    },
  };
}
