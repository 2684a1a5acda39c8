import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export type ExtendedKeyUsage = 'clientAuth' | 'serverAuth' | 'any' | (string & {});
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign';

export interface SubjectAltNames {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
  readonly email?: readonly string[];
}

/** An extension by its raw parts: for unknown, duplicate or malformed ones. */
export interface RawExtension {
  readonly oid: string;
  readonly critical?: boolean;
  /** The DER inside extnValue's OCTET STRING. */
  readonly value: Uint8Array;
}

export interface ExtensionOptions {
  /** `absent` leaves basicConstraints out altogether. */
  readonly basicConstraints?: 'absent' | { readonly ca: boolean; readonly pathLength?: number };
  /** `undefined` leaves the extension out. */
  readonly keyUsage?: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage?: readonly ExtendedKeyUsage[] | undefined;
  readonly san?: SubjectAltNames | undefined;
  readonly extensions?: readonly RawExtension[];
}

const EXTENDED_KEY_USAGE: Readonly<Record<string, string>> = {
  clientAuth: x509.ExtendedKeyUsage.clientAuth,
  serverAuth: x509.ExtendedKeyUsage.serverAuth,
  any: '2.5.29.37.0',
};

/** The extensions of one certificate, in a fixed order; raw ones come last. */
export function toExtensions(options: ExtensionOptions): x509.Extension[] {
  const { basicConstraints, keyUsage, extendedKeyUsage, san } = options;
  const extensions: x509.Extension[] = [];
  if (basicConstraints !== undefined && basicConstraints !== 'absent') {
    const { ca, pathLength } = basicConstraints;
    extensions.push(new x509.BasicConstraintsExtension(ca, pathLength, true));
  }
  if (keyUsage !== undefined) {
    const flags = keyUsage.reduce((all, usage) => all | x509.KeyUsageFlags[usage], 0);
    extensions.push(new x509.KeyUsagesExtension(flags, true));
  }
  if (extendedKeyUsage !== undefined) {
    const usages = extendedKeyUsage.map((usage) => EXTENDED_KEY_USAGE[usage] ?? usage);
    extensions.push(new x509.ExtendedKeyUsageExtension(usages));
  }
  if (san !== undefined) extensions.push(new x509.SubjectAlternativeNameExtension(toGeneralNames(san)));
  for (const { oid, critical, value } of options.extensions ?? []) {
    extensions.push(new x509.Extension(oid, critical ?? false, Uint8Array.from(value)));
  }
  return extensions;
}

function toGeneralNames({ dns = [], ip = [], uri = [], email = [] }: SubjectAltNames): x509.JsonGeneralNames {
  return [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
    ...uri.map((value) => ({ type: 'url' as const, value })),
    ...email.map((value) => ({ type: 'email' as const, value })),
  ];
}
