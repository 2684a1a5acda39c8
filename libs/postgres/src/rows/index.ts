import { ClientRow } from './client.row.js';
import { CredentialRow } from './credential.row.js';
import { DenyEntryRow } from './deny-entry.row.js';
import { GrantRow } from './grant.row.js';
import { KeySetRow, KeySetSourceRow } from './key-set.row.js';
import { PartnerRow } from './partner.row.js';
import { AccountRow, ChallengeRow, PasskeyRow, SessionRow, SetupLinkRow } from './people.row.js';
import { RegistryVersionRow } from './registry-version.row.js';
import { ResourceRow } from './resource.row.js';
import { OcspResponseRow, RevocationListRow, RevocationSourceRow } from './revocation.row.js';
import { SigningKeyRow } from './signing-key.row.js';
import { TrustAnchorRow } from './trust-anchor.row.js';

export {
  AccountRow,
  ChallengeRow,
  ClientRow,
  CredentialRow,
  DenyEntryRow,
  GrantRow,
  KeySetRow,
  KeySetSourceRow,
  OcspResponseRow,
  PartnerRow,
  PasskeyRow,
  RegistryVersionRow,
  ResourceRow,
  RevocationListRow,
  RevocationSourceRow,
  SessionRow,
  SetupLinkRow,
  SigningKeyRow,
  TrustAnchorRow,
};

/** Every table that TypeORM maps. Audit tables are written and read in plain SQL: many rows at once, by key range. */
export const ROWS = [
  PartnerRow,
  TrustAnchorRow,
  ClientRow,
  CredentialRow,
  ResourceRow,
  GrantRow,
  RevocationListRow,
  OcspResponseRow,
  DenyEntryRow,
  RevocationSourceRow,
  KeySetRow,
  KeySetSourceRow,
  RegistryVersionRow,
  SigningKeyRow,
  AccountRow,
  SetupLinkRow,
  PasskeyRow,
  SessionRow,
  ChallengeRow,
] as const;
