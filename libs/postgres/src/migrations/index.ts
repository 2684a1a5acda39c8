import { InitialSchema1767225600000 } from './1767225600000-initial-schema.js';
import { People1795219200000 } from './1795219200000-people.js';
import { NameKinds1795222800000 } from './1795222800000-name-kinds.js';
import { PinMatch1795224600000 } from './1795224600000-pin-match.js';
import { Revocation1795226400000 } from './1795226400000-revocation.js';
import { ServerAuthException1795230000000 } from './1795230000000-server-auth-exception.js';
import { Ocsp1795273200000 } from './1795273200000-ocsp.js';
import { DenyList1795276800000 } from './1795276800000-deny-list.js';
import { KeySets1795280400000 } from './1795280400000-key-sets.js';
import { DeniedBy1795284000000 } from './1795284000000-denied-by.js';
import { AnchorStatus1795291200000 } from './1795291200000-anchor-status.js';
import { KeySuccession1795294800000 } from './1795294800000-key-succession.js';
import { EndedDenials1795298400000 } from './1795298400000-ended-denials.js';

/** All migrations, oldest first. A new one is added at the end; one that was released never changes. */
export const MIGRATIONS = [
  InitialSchema1767225600000,
  People1795219200000,
  NameKinds1795222800000,
  PinMatch1795224600000,
  Revocation1795226400000,
  ServerAuthException1795230000000,
  Ocsp1795273200000,
  DenyList1795276800000,
  KeySets1795280400000,
  DeniedBy1795284000000,
  AnchorStatus1795291200000,
  KeySuccession1795294800000,
  EndedDenials1795298400000,
] as const;
