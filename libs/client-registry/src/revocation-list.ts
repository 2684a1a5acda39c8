import { hash } from 'node:crypto';
import {
  parseCertificate,
  parseRevocationList,
  publicKeyThumbprint,
  readPemBlock,
  signatureFault,
  type Certificate,
  type RevocationList,
} from '@holdfast/certificate-validation';
import type { TrustAnchorEntry } from './entities.js';
import { refuse, type Registration } from './registration-problem.js';
import type { NewRevocationList } from './registry-administration.js';

/**
 * A CRL that somebody uploads for an anchor, PEM (`X509 CRL`) or Base64 of DER: signed by the anchor or one of its
 * stored intermediates, and not from the future. Uploads of one issuer replace each other if the same key has signed them
 * for the same scope.
 *
 * Does NOT ask whether it is fresh: a stale one still refuses what stands on it.
 */
export function parseNewRevocationList(
  anchor: TrustAnchorEntry,
  text: string,
  now: Date,
): Registration<NewRevocationList> {
  const der = readDer(text);
  const result = der && parseRevocationList(der);
  if (der === undefined || result?.parsed !== true)
    return problem('unreadable', 'give one CRL, as PEM (X509 CRL) or as Base64 of DER');
  const { list } = result;
  if (list.isDelta) return problem('delta', 'a delta CRL cannot stand alone; give the complete one');
  if (list.thisUpdate > now)
    return problem('from_the_future', 'its thisUpdate lies ahead; compare the clocks');
  const signer = findSigner(anchor, list);
  if (signer === undefined)
    return problem(
      'not_its_issuer',
      'neither the anchor nor an intermediate that is stored with it has signed this CRL',
    );
  return {
    accepted: true,
    value: {
      anchorId: anchor.id,
      source: sourceOf(list, signer),
      der,
      thisUpdate: list.thisUpdate,
      nextUpdate: list.nextUpdate,
    },
  };
}

/**
 * An issuer may publish several lists side by side: one for each of its keys, as AD CS does, or for each scope (RFC 5280
 * §5.2.5). One in the place of another would bring back what stands on that.
 */
function sourceOf({ issuer, scope }: RevocationList, signer: Certificate): string {
  const series = hash(
    'sha256',
    JSON.stringify([issuer.canonical, publicKeyThumbprint(signer), scope]),
    'hex',
  );
  return `upload ${series.slice(0, 16)} ${issuer.canonical}`.slice(0, MAXIMUM_SOURCE);
}

const MAXIMUM_SOURCE = 1_000;

const problem = (code: string, detail: string): Registration<NewRevocationList> =>
  refuse({ field: 'crl', code, detail });

function readDer(text: string): Uint8Array | undefined {
  if (text.includes('-----BEGIN ')) return readPemBlock(text, 'X509 CRL');
  const base64 = text.replace(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Uint8Array.from(Buffer.from(base64, 'base64')) : undefined;
}

function findSigner(
  { certificate, intermediates }: TrustAnchorEntry,
  list: RevocationList,
): Certificate | undefined {
  return [certificate, ...intermediates]
    .map((der) => parseCertificate(der))
    .flatMap((issuer) => (issuer.parsed ? [issuer.certificate] : []))
    .find(
      (issuer) =>
        issuer.subject.canonical === list.issuer.canonical &&
        issuer.keyUsage?.includes('cRLSign') !== false &&
        signatureFault(list, issuer, 'strong') === undefined,
    );
}
