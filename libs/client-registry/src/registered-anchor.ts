import {
  parseCertificate,
  parseOcspResponse,
  parseRevocationList,
  STRICT_PARSING,
  type Certificate,
  type OcspResponse,
  type RevocationList,
} from '@holdfast/certificate-validation';
import type { RegisteredAnchor } from './client.js';
import type { OcspResponseEntry, RevocationListEntry, TrustAnchorEntry } from './entities.js';

/** A trust anchor ready for use: parsed once when the registry is read. */
export interface ParsedAnchor {
  readonly anchor: RegisteredAnchor;
  /** Stored with it, for clients that send their leaf only. */
  readonly intermediates: readonly Certificate[];
}

/** An anchor with what is at hand for it about revocation; `undefined` if its certificate no longer parses: then it vouches for nobody. */
export function parseAnchor(
  entry: TrustAnchorEntry,
  atHand: Omit<RegisteredAnchor['revocation'], 'mode'>,
): ParsedAnchor | undefined {
  const own = parseCertificate(entry.certificate);
  if (!own.parsed) return undefined;
  const intermediates = entry.intermediates
    .map((der) => parseCertificate(der))
    .flatMap((one) => (one.parsed ? [one.certificate] : []));
  const revocation = { mode: entry.revocation, ...atHand };
  const { id, status, serverAuthUntil } = entry;
  return { anchor: { id, status, certificate: own.certificate, revocation, serverAuthUntil }, intermediates };
}

/** A CRL at hand; `undefined` if it no longer parses: then it says nothing. */
export function parseStoredList({ der }: RevocationListEntry): RevocationList | undefined {
  const result = parseRevocationList(der);
  return result.parsed ? result.list : undefined;
}

/** An OCSP response at hand; `undefined` if it no longer parses: then it says nothing. */
export function parseStoredResponse({ der }: OcspResponseEntry): OcspResponse | undefined {
  const result = parseOcspResponse(der, STRICT_PARSING);
  return result.parsed ? result.response : undefined;
}
