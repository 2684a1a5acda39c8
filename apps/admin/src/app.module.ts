import { Module, type DynamicModule } from '@nestjs/common';
import type { TokenVerifier } from '@holdfast/cnf-token-verification';
import type {
  DenyAdministration,
  RegistryAdministration,
  SigningKeyAdministration,
} from '@holdfast/client-registry';
import {
  AUDIT_READER,
  DENY_ADMINISTRATION,
  type AuditReader,
  PostgresModule,
  REGISTRY_ADMINISTRATION,
  SIGNING_KEY_ADMINISTRATION,
  type PostgresOptions,
} from '@holdfast/postgres';
import { BoundTokenModule } from '@holdfast/resource-guard/nest';
import { AnchorsController } from './http/anchors.controller.js';
import { AuditController } from './http/audit.controller.js';
import { CertificatesController } from './http/certificates.controller.js';
import { ClientsController } from './http/clients.controller.js';
import { CredentialsController } from './http/credentials.controller.js';
import { DenialsController } from './http/denials.controller.js';
import { GrantsController } from './http/grants.controller.js';
import { KeySetsController } from './http/key-sets.controller.js';
import type { JudgeAddress } from './http/new-credentials.js';
import { OpenApiController } from './http/openapi.controller.js';
import { PartnersController } from './http/partners.controller.js';
import { ResourcesController } from './http/resources.controller.js';
import { RevocationListsController } from './http/revocation-lists.controller.js';
import { RevocationSourcesController } from './http/revocation-sources.controller.js';
import { SigningKeysController } from './http/signing-keys.controller.js';
import { TokenRequestsController } from './http/token-requests.controller.js';
import { AUDIT, DENIALS, KEY_SET_ADDRESSES, REGISTRY, SIGNING_KEYS } from './tokens.js';

/** The API itself: the same for machines and for people. */
export const API_CONTROLLERS = [
  PartnersController,
  AnchorsController,
  RevocationListsController,
  RevocationSourcesController,
  ClientsController,
  CredentialsController,
  DenialsController,
  KeySetsController,
  SigningKeysController,
  CertificatesController,
  ResourcesController,
  GrantsController,
  AuditController,
  TokenRequestsController,
  OpenApiController,
];

/** What the API is made from, to be shared by both listeners. */
export interface ApiPorts {
  readonly registry: RegistryAdministration;
  readonly denials: DenyAdministration;
  readonly signingKeys: SigningKeyAdministration;
  readonly audit: AuditReader;
  readonly judgeAddress: JudgeAddress;
}

/** The admin API for machines. The guard is global: a route that declares nothing is closed. */
@Module({})
export class AdminModule {
  static with(storage: PostgresOptions, verifier: TokenVerifier, judgeAddress: JudgeAddress): DynamicModule {
    return {
      module: AdminModule,
      imports: [
        PostgresModule.forRootAsync({ useFactory: () => storage }),
        BoundTokenModule.forRoot({ verifier }),
      ],
      controllers: [...API_CONTROLLERS],
      providers: [
        { provide: REGISTRY, useExisting: REGISTRY_ADMINISTRATION },
        { provide: DENIALS, useExisting: DENY_ADMINISTRATION },
        { provide: SIGNING_KEYS, useExisting: SIGNING_KEY_ADMINISTRATION },
        { provide: AUDIT, useExisting: AUDIT_READER },
        { provide: KEY_SET_ADDRESSES, useValue: judgeAddress },
      ],
    };
  }
}
