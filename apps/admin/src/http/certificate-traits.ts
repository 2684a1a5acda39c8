import { allRegistrableNames, decodeCertificate } from '@holdfast/certificate-insight';
import {
  parseRegisteredName,
  publicKeyThumbprint,
  readCertificateUpload,
} from '@holdfast/certificate-validation';
import type { CertificateToIdentify } from '@holdfast/admin-contract';
import type { CertificateTraits } from '@holdfast/client-registry';
import { parseThumbprint, thumbprintOf, type CertificateThumbprint } from '@holdfast/token-binding';
import { InputRefused } from './refused-input.js';

const ONE_OF_TWO = {
  pointer: '',
  code: 'invalid',
  detail: 'give the certificate or its thumbprint: exactly one of certificate and x5t#S256',
};

/** What was given of a certificate. */
export interface GivenCertificate {
  /** What a client may be registered by. */
  readonly traits: CertificateTraits;
  /** The certificate and what stood behind it, DER; nothing where only its thumbprint is known. */
  readonly presented: readonly Uint8Array[];
}

/** Reads a certificate or its thumbprint; throws `InputRefused`. */
export async function readGiven(given: CertificateToIdentify): Promise<GivenCertificate> {
  const { certificate: text, 'x5t#S256': thumbprint } = given;
  if (text !== undefined && thumbprint === undefined) return readCertificate(text);
  if (text !== undefined || thumbprint === undefined) throw new InputRefused([ONE_OF_TWO]);
  return {
    traits: { thumbprint: requireThumbprint(thumbprint), keyThumbprint: undefined, names: [] },
    presented: [],
  };
}

/** Throws `InputRefused` where it is none in canonical form. */
export function requireThumbprint(text: string): CertificateThumbprint {
  const thumbprint = parseThumbprint(text);
  if (thumbprint === undefined) throw new InputRefused([NO_THUMBPRINT]);
  return thumbprint;
}

const NO_THUMBPRINT = {
  pointer: '/x5t#S256',
  code: 'malformed',
  detail: 'is no SHA-256 thumbprint in canonical base64url; holdfast cert inspect FILE prints it',
};

async function readCertificate(text: string): Promise<GivenCertificate> {
  const upload = readCertificateUpload(text);
  if (!upload.read)
    throw new InputRefused([{ pointer: '/certificate', code: upload.code, detail: upload.problem }]);
  const [leaf] = upload.certificates;
  const decoded = await decodeCertificate(leaf.der);
  const names = decoded === undefined ? [] : allRegistrableNames(decoded);
  const traits = {
    thumbprint: thumbprintOf(leaf.der),
    keyThumbprint: publicKeyThumbprint(leaf),
    names: names.flatMap(({ field, value }) => {
      const name = parseRegisteredName(field, value);
      return name.parsed ? [name.name] : [];
    }),
  };
  return { traits, presented: upload.certificates.map(({ der }) => der) };
}
