import type { BlockList } from 'node:net';
import type { TrustAnchor } from '@holdfast/certificate-validation';
import type { CertificateThumbprint } from '@holdfast/token-binding';
import type { FormatName } from './formats/format.js';

/** A proxy that may say which certificate its client presented, once it has proven to be itself. */
export interface TrustedProxy {
  /** For log and audit. */
  readonly name: string;
  /** Where it connects from; never empty. */
  readonly addresses: BlockList;
  /** How it proves itself over TLS, if that is asked of it. */
  readonly certificate: ProxyCertificate | undefined;
  /** SHA-256 of `user:password`, if those are asked of it. */
  readonly basic: Uint8Array | undefined;
  readonly format: FormatName;
  /** Header names, lower case. */
  readonly certificateHeader: string;
  readonly chainHeader: string | undefined;
  /** `true`: what the proxy says against a certificate counts. Its consent never does (decisions 24). */
  readonly proxyValidates: boolean;
  readonly verifyHeader: string | undefined;
  readonly clientAddressHeader: string | undefined;
}

/** Which client certificates are the proxy's own: those with these thumbprints, or all of a CA that issues to it alone. */
export type ProxyCertificate =
  { readonly thumbprints: ReadonlySet<CertificateThumbprint> } | { readonly anchors: readonly TrustAnchor[] };
