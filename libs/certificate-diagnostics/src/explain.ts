import {
  CERTIFICATE_FAULTS,
  judgeLeaf,
  parseCertificate,
  type CertificateFault,
} from '@holdfast/certificate-validation';
import { thumbprintOf, type PresentedCertificate } from '@holdfast/token-binding';
import { showCertificate, type ShownCertificate } from './show-certificate.js';

/** What the server knows about the connection itself. */
export interface ConnectionFacts {
  readonly requestId: string;
  /** `TLSv1.3`, `TLSv1.2`; `null` where TLS ended at a proxy. */
  readonly version: string | null;
  readonly cipher: string | null;
  readonly serverName: string | null;
  /** The proxy that forwarded the certificate, or `null` where TLS ended here. */
  readonly proxy: string | null;
}

/** What a caller is told about the certificate that it has just proven to hold. Nothing of it needs the registry. */
export interface Explanation {
  readonly presented: boolean;
  readonly request_id: string;
  readonly via: string;
  readonly tls: {
    readonly version: string | null;
    readonly cipher: string | null;
    readonly server_name: string | null;
  };
  readonly 'x5t#S256': string | null;
  readonly sha256: string | null;
  /** Whether the certificate is sound by itself; who may use it is another question. */
  readonly usable: boolean;
  readonly fault: { readonly code: string; readonly meaning: string } | null;
  /** The certificate, then what came along with it, in the order of arrival; what cannot be read is `null`. */
  readonly chain: readonly (ShownCertificate | null)[];
  readonly hints: readonly string[];
}

/** Explains a presented certificate to whoever presented it: facts about it, and what to do about them. */
export function explainPresented(
  presented: PresentedCertificate | undefined,
  connection: ConnectionFacts,
  now: Date,
): Explanation {
  const { requestId, version, cipher, serverName, proxy } = connection;
  const facts = {
    request_id: requestId,
    via: proxy === null ? 'this TLS connection' : `the proxy ${proxy}`,
    tls: { version, cipher, server_name: serverName },
  };
  if (presented === undefined) {
    const nothing = { 'x5t#S256': null, sha256: null, usable: false, fault: null, chain: [] };
    return { presented: false, ...facts, ...nothing, hints: WHY_NOTHING_ARRIVES };
  }
  const thumbprint = thumbprintOf(presented.leaf);
  const fault = faultOf(presented, now);
  const chain = [presented.leaf, ...presented.bag].map((der) => {
    const result = parseCertificate(der);
    return result.parsed ? showCertificate(result.certificate) : null;
  });
  return {
    presented: true,
    ...facts,
    'x5t#S256': thumbprint,
    sha256: Buffer.from(thumbprint, 'base64url').toString('hex'),
    ...judgement(fault, presented),
    chain,
    hints: hintsFor(fault, chain),
  };
}

/** Whether it can be used, and if not, why: its own fault first, then what a proxy said against it. */
function judgement(
  fault: CertificateFault | undefined,
  { proxyRefusal }: PresentedCertificate,
): Pick<Explanation, 'usable' | 'fault'> {
  if (fault !== undefined)
    return { usable: false, fault: { code: fault, meaning: CERTIFICATE_FAULTS[fault] } };
  return proxyRefusal === undefined
    ? { usable: true, fault: null }
    : { usable: false, fault: REFUSED_BY_PROXY };
}

const REFUSED_BY_PROXY = {
  code: 'certificate_refused_by_proxy',
  meaning: 'the proxy that ends TLS in front of this service did not verify it',
} as const;

function faultOf(presented: PresentedCertificate, now: Date): CertificateFault | undefined {
  const result = parseCertificate(presented.leaf);
  if (!result.parsed) return result.fault;
  const verdict = judgeLeaf(result.certificate, now);
  return verdict.sound ? undefined : verdict.fault;
}

/** The usual causes, most frequent first. */
const WHY_NOTHING_ARRIVES: readonly string[] = [
  'No client certificate arrived. curl sends one with --cert and --key; a program has to be told in its TLS options.',
  'Check the host name and the port: the mutual-TLS address is the one in mtls_endpoint_aliases of the metadata.',
  'A proxy on the way that ends TLS (a company proxy, a load balancer) cannot pass your certificate on by itself.',
  '.NET and Schannel leave a certificate without clientAuth in its extended key usage at home; Schannel needs it with its key in the store, not as PEM.',
];

function hintsFor(
  fault: CertificateFault | undefined,
  chain: readonly (ShownCertificate | null)[],
): string[] {
  const hint = fault && HINTS[fault];
  const [leaf, ...others] = chain;
  const isAlone = others.length === 0 && leaf != null && leaf.subject !== leaf.issuer;
  return [
    ...(hint === undefined ? [] : [hint]),
    ...(isAlone
      ? [
          'Only the certificate itself arrived. If an intermediate authority issued it, send that one too, behind it in the same file, or have it stored with the trust anchor.',
        ]
      : []),
  ];
}

const HINTS: Readonly<Partial<Record<CertificateFault, string>>> = {
  'validity.expired':
    'Renew the certificate. Under a registered name nothing else changes; a pinned one must be registered anew.',
  'validity.not_yet': 'Compare the clocks: notBefore lies ahead of the time here.',
  'leaf.eku':
    'Ask the authority for a certificate whose extended key usage has clientAuth; serverAuth alone does only where the operator has made an exception for a public authority, which ends on a date.',
  'leaf.key_usage': 'Ask for a certificate whose key usage has digitalSignature.',
  'key.rsa_too_small': 'Make a new key: RSA with 2048 bits or more, or P-256.',
  'sig.algorithm_weak': 'Have it issued with SHA-256 or better.',
};
