import {
  formatDistinguishedName,
  parseCertificate,
  parseRevocationList,
} from '@holdfast/certificate-validation';
import {
  parseNewRevocationList,
  type NewRevocationList,
  type TrustAnchorEntry,
} from '@holdfast/client-registry';

/** A CRL that may be stored, or why not, for the operator. */
export type FetchedList =
  | { readonly usable: true; readonly list: NewRevocationList }
  | { readonly usable: false; readonly why: string };

/**
 * Whether what a server sent is a CRL to be stored for the anchor: DER, complete, not from the future. In the name of the
 * anchor or of an intermediate stored with it, it must be signed by that; else somebody on the way could put a younger
 * list in the place of the true one. An authority that clients bring along themselves is not known here: its lists
 * are stored as they come, and its signature is asked for when they are used (RFC 5280 §6.3.3 (f), (g)).
 */
export function parseFetchedList(
  anchor: TrustAnchorEntry,
  url: string,
  body: Uint8Array,
  now: Date,
): FetchedList {
  const parsed = parseRevocationList(body);
  if (!parsed.parsed) return unusable(`not a CRL in DER (${parsed.fault})`);
  const { issuer, scope, thisUpdate, nextUpdate } = parsed.list;
  if (scope.isIndirect) return unusable('an indirect CRL, which is not processed');
  const signed = parseNewRevocationList(anchor, Buffer.from(body).toString('base64'), now);
  const [problem] = signed.accepted ? [] : signed.problems;
  if (problem !== undefined && (problem.code !== NOT_SIGNED || isKnownAuthority(anchor, issuer.canonical)))
    return unusable(`${problem.detail}; issuer ${formatDistinguishedName(issuer)}`);
  return { usable: true, list: { anchorId: anchor.id, source: url, der: body, thisUpdate, nextUpdate } };
}

const NOT_SIGNED = 'not_its_issuer';

const unusable = (why: string): FetchedList => ({ usable: false, why });

function isKnownAuthority({ certificate, intermediates }: TrustAnchorEntry, name: string): boolean {
  return [certificate, ...intermediates]
    .map((der) => parseCertificate(der))
    .some((known) => known.parsed && known.certificate.subject.canonical === name);
}
