export {
  AuditReader,
  type AuditCursor,
  type AuditFilter,
  type AuditVerdict,
  type RecordedEvent,
  type RefusalSample,
} from './audit/audit-reader.js';
export { PostgresAuditTrail, type AuditTrailOptions, type OnOutage } from './audit/postgres-audit-trail.js';
export type { AnsweredTokenRequest, TokenRequestFilter } from './audit/token-requests.js';
export { createDataSource } from './connection/data-source.js';
export { Database, type TransactionOptions } from './connection/database.js';
export { isServerAbsent, StorageUnavailable } from './connection/storage-unavailable.js';
export { PostgresSigningKeyStore, type SigningKeyStoreOptions } from './keys/postgres-signing-key-store.js';
export { PostgresPeopleStore, type PeopleStoreOptions } from './people/postgres-people-store.js';
export {
  AUDIT_READER,
  AUDIT_TRAIL,
  DATABASE,
  KEY_SET_MISSES,
  PEOPLE_STORE,
  PostgresModule,
  DENY_ADMINISTRATION,
  SIGNING_KEY_ADMINISTRATION,
  REGISTRY_ADMINISTRATION,
  REGISTRY_FEED,
  REVOCATION_SOURCES,
  SIGNING_KEY_STORE,
  type PostgresAsyncOptions,
  type PostgresOptions,
} from './postgres.module.js';
export { PostgresSigningKeyAdministration } from './keys/postgres-signing-key-administration.js';
export { DENIALS_AT_ONCE, EndedDenials } from './registry/ended-denials.js';
export { PostgresDenyAdministration } from './registry/postgres-deny-administration.js';
export { PostgresRegistryAdministration } from './registry/postgres-registry-administration.js';
export { PostgresDenyListFeed, PostgresRegistryFeed } from './registry/postgres-registry-feed.js';
export { PostgresTokenRevocations, type RevokedToken } from './registry/postgres-token-revocations.js';
export { RevocationSources } from './registry/revocation-sources.js';
export { RegistryWriter, type RegistryWriterOptions } from './registry/registry-writer.js';
export { RegistrySubscription, type SubscriptionOptions } from './registry/registry-subscription.js';
export { KeySetMisses } from './registry/key-set-misses.js';
export { KeySetSchedule, type KeySetFreshness, type KeySetSource } from './registry/key-set-schedule.js';
export {
  RevocationSchedule,
  type AnchorFreshness,
  type OcspQuestion,
  type RevocationSource,
  type RevocationSourceState,
} from './registry/revocation-schedule.js';
export type { SourceAttempt, SourceState } from './registry/source-state.js';
export { JOB_QUEUE_SCHEMA } from './schema/job-queue-schema.js';
export { databaseName, migrateDatabase, type MigrationRun } from './schema/migrate-database.js';
export { roleName, type AppRole, type RoleSettings } from './schema/role-grants.js';
export { verifySchemaVersion, type SchemaVerdict } from './schema/schema-version.js';
