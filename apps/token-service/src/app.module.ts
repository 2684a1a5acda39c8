import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import type { AuditTrail } from '@holdfast/audit-trail';
import { PARTNER_CERTIFICATES, PARTNER_REVOCATION } from '@holdfast/certificate-validation';
import { RegistryReplica } from '@holdfast/client-registry';
import {
  AUDIT_TRAIL,
  PostgresModule,
  REVOCATION_SOURCES,
  SIGNING_KEY_STORE,
  type PostgresOptions,
  type RevocationSources,
} from '@holdfast/postgres';
import { KeyRing, type SigningKeyStore } from '@holdfast/signing-keys';
import { DecisionRecorder, IssueToken, type IssuancePolicy } from '@holdfast/token-issuance';
import type { TokenServiceConfig } from './config.js';
import { PublicController, PUBLISHED, type PublishedDocuments } from './http/public.controller.js';
import { DiagnosticsController } from './http/diagnostics.controller.js';
import { TokenController } from './http/token.controller.js';
import type { TokenMetrics } from './metrics.js';

const now = (): Date => new Date();

/** The mutual-TLS listener: the token endpoint. The only place where ports meet adapters. */
@Module({})
export class TokenModule {
  static with(
    config: TokenServiceConfig,
    storage: PostgresOptions,
    { acceptedUnknown }: Pick<TokenMetrics, 'acceptedUnknown'>,
  ): DynamicModule {
    return {
      module: TokenModule,
      imports: [PostgresModule.forRootAsync({ useFactory: () => storage })],
      controllers: [TokenController, DiagnosticsController],
      providers: [
        { provide: RegistryReplica, useFactory: () => new RegistryReplica(() => performance.now()) },
        {
          provide: KeyRing,
          useFactory: (store: SigningKeyStore) => KeyRing.open(store, config.KEY_ENCRYPTION_KEY, now()),
          inject: [SIGNING_KEY_STORE],
        },
        {
          provide: DecisionRecorder,
          useFactory: (audit: AuditTrail) => new DecisionRecorder(audit, now),
          inject: [AUDIT_TRAIL],
        },
        {
          provide: IssueToken,
          useFactory: (
            clients: RegistryReplica,
            signer: KeyRing,
            recorder: DecisionRecorder,
            sources: RevocationSources,
          ) =>
            new IssueToken(clients, toPolicy(config), signer, recorder, {
              now,
              newTokenId: randomUUID,
              wantStatus: (anchor, found) => sources.want(anchor, found),
              acceptedUnknown,
            }),
          inject: [RegistryReplica, KeyRing, DecisionRecorder, REVOCATION_SOURCES],
        },
      ],
    };
  }
}

/** The public listener: metadata and keys, made once at start. It has no token endpoint to serve. */
@Module({})
export class PublicModule {
  static with(published: PublishedDocuments): DynamicModule {
    return {
      module: PublicModule,
      controllers: [PublicController],
      providers: [{ provide: PUBLISHED, useValue: published }],
    };
  }
}

function toPolicy(config: TokenServiceConfig): IssuancePolicy {
  return {
    issuer: config.ISSUER,
    environment: config.ENVIRONMENT,
    lifetimeSeconds: config.TOKEN_LIFETIME_SECONDS,
    freshnessSeconds: config.REGISTRY_FRESHNESS_SECONDS,
    certificates: { path: PARTNER_CERTIFICATES, revocation: PARTNER_REVOCATION },
  };
}
