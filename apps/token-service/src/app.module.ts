import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import type { AuditTrail } from '@holdfast/audit-trail';
import { PARTNER_CERTIFICATES, PARTNER_REVOCATION } from '@holdfast/certificate-validation';
import { RegistryReplica } from '@holdfast/client-registry';
import {
  AUDIT_TRAIL,
  DATABASE,
  KEY_SET_MISSES,
  PostgresModule,
  REVOCATION_SOURCES,
  SIGNING_KEY_STORE,
  type Database,
  type KeySetMisses,
  type PostgresOptions,
  type RevocationSources,
} from '@holdfast/postgres';
import type { KeyPurpose } from '@holdfast/oauth-protocol';
import { KeyRing, type SigningKeyStore } from '@holdfast/signing-keys';
import {
  AuthenticateClient,
  DecisionRecorder,
  IntrospectToken,
  IssueToken,
  RevokeToken,
  type IssuancePolicy,
} from '@holdfast/token-issuance';
import type { TokenServiceConfig } from './config.js';
import { DenyFeed } from './feed/deny-feed.js';
import { DenyFeedController, FEED_ISSUER } from './http/deny-feed.controller.js';
import { PublicController, PUBLISHED, type PublishedDocuments } from './http/public.controller.js';
import { DiagnosticsController } from './http/diagnostics.controller.js';
import { TokenController } from './http/token.controller.js';
import { TokenQuestionsController } from './http/token-questions.controller.js';
import { tokenRevocations } from './token-revocations.js';
import type { TokenMetrics } from './metrics.js';

const now = (): Date => new Date();

/** The key ring of the deny feed. */
export const FEED_KEYS = Symbol('keys of the deny feed');

/** A key that the registry denies signs nothing more, even if the store could not be read since. */
const openKeys =
  (purpose: KeyPurpose, { KEY_ENCRYPTION_KEY: kek }: TokenServiceConfig) =>
  (store: SigningKeyStore, registry: RegistryReplica): Promise<KeyRing> =>
    KeyRing.open({ store, kek, purpose, now, isWithdrawn: (kid) => registry.denyList.deniesKey(kid) });

/** The mutual-TLS listener: the endpoints that authenticate clients. The only place where ports meet adapters. */
@Module({})
export class TokenModule {
  static with(
    config: TokenServiceConfig,
    storage: PostgresOptions,
    { acceptedUnknown }: Pick<TokenMetrics, 'acceptedUnknown'>,
  ): DynamicModule {
    const policy = toPolicy(config);
    return {
      module: TokenModule,
      imports: [PostgresModule.forRootAsync({ useFactory: () => storage })],
      controllers: [TokenController, TokenQuestionsController, DenyFeedController, DiagnosticsController],
      providers: [
        { provide: RegistryReplica, useFactory: () => new RegistryReplica(() => performance.now()) },
        {
          provide: KeyRing,
          useFactory: openKeys('access_token', config),
          inject: [SIGNING_KEY_STORE, RegistryReplica],
        },
        {
          provide: DecisionRecorder,
          useFactory: (audit: AuditTrail) => new DecisionRecorder(audit, now),
          inject: [AUDIT_TRAIL],
        },
        {
          provide: FEED_KEYS,
          useFactory: openKeys('deny_feed', config),
          inject: [SIGNING_KEY_STORE, RegistryReplica],
        },
        { provide: FEED_ISSUER, useValue: config.ISSUER },
        {
          provide: AuthenticateClient,
          useFactory: (directory: RegistryReplica, sources: RevocationSources, misses: KeySetMisses) =>
            new AuthenticateClient(
              directory,
              policy,
              (anchor, found) => sources.want(anchor, found),
              (credential) => misses.note(credential),
            ),
          inject: [RegistryReplica, REVOCATION_SOURCES, KEY_SET_MISSES],
        },
        {
          provide: IssueToken,
          useFactory: (clients: AuthenticateClient, signer: KeyRing, recorder: DecisionRecorder) =>
            new IssueToken(clients, policy, signer, recorder, {
              now,
              newTokenId: randomUUID,
              acceptedUnknown,
            }),
          inject: [AuthenticateClient, KeyRing, DecisionRecorder],
        },
        {
          provide: IntrospectToken,
          useFactory: (
            clients: AuthenticateClient,
            directory: RegistryReplica,
            tokens: KeyRing,
            recorder: DecisionRecorder,
          ) => new IntrospectToken({ clients, directory, tokens, recorder, issuer: config.ISSUER, now }),
          inject: [AuthenticateClient, RegistryReplica, KeyRing, DecisionRecorder],
        },
        {
          provide: RevokeToken,
          useFactory: (
            clients: AuthenticateClient,
            tokens: KeyRing,
            database: Database,
            recorder: DecisionRecorder,
          ) => new RevokeToken(clients, tokens, tokenRevocations(database, now), recorder, now),
          inject: [AuthenticateClient, KeyRing, DATABASE, DecisionRecorder],
        },
        {
          provide: DenyFeed,
          useFactory: (registry: RegistryReplica, keys: KeyRing) =>
            new DenyFeed(registry, keys, config.ISSUER, now),
          inject: [RegistryReplica, FEED_KEYS],
        },
      ],
    };
  }
}

/** The public listener: metadata and keys. It has no token endpoint to serve. */
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
