import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, passed, type Advice, type Check } from './lints.js';
import { nameOf } from './naming.js';

/** RFC 5280 §4.2.1.9: a client presents an end-entity certificate. */
export function lintNotAuthority(leaf: DecodedCertificate): Check[] {
  if (!leaf.isCa)
    return [passed('IS_CA', 'It is the certificate of a machine, not of a certification authority.')];
  return [
    finding(
      'IS_CA',
      `${nameOf(leaf)} is the certificate of a certification authority (CA:TRUE): it issues certificates, and may not be presented by a client.`,
      {
        remedy:
          'Paste the certificate that your server presents. If this is the authority that issues your certificates, add it as a trust anchor; if you made it yourself for one server, choose "Pin certificate".',
      },
    ),
  ];
}

/**
 * What the leaf may be used for, and whether an issuer takes that away again (RFC 5280 §4.2.1.3, §4.2.1.12). Where
 * servers are excepted and the leaf is for servers only, it and its issuers are held to serverAuth.
 */
export function lintLeafUsage(chain: Chain<DecodedCertificate>, serverAuthExcepted = false): Check[] {
  const [leaf, ...issuers] = chain;
  const isExcepted = serverAuthExcepted && isForServersOnly(leaf);
  const allows = isExcepted ? allowsServers : allowsClients;
  return [
    ...(isExcepted ? [exceptedServer()] : lintClientUse(leaf)),
    ...issuers.flatMap((issuer) => lintIssuerUse(issuer, allows)),
    ...lintKeyUse(leaf),
  ];
}

/** Every certificate of an anchor's chain must be an authority that may sign certificates for clients. */
export function lintAuthorityUsage(authority: DecodedCertificate, serverAuthExcepted = false): Check[] {
  if (!authority.isCa) return [notAnAuthority(authority)];
  return [
    passed('NOT_A_CA', `${nameOf(authority)} is a certification authority.`),
    ...lintSigning(authority),
    ...lintIssuerUse(authority, serverAuthExcepted ? allowsEither : allowsClients),
  ];
}

function lintClientUse({ extendedKeyUsage }: DecodedCertificate): Check[] {
  if (extendedKeyUsage === undefined) {
    return [
      passed(
        'EKU_CLIENTAUTH_MISSING',
        'It does not limit its use, so it may be used by a client. (.NET clients want clientAuth to be named.)',
      ),
    ];
  }
  if (allowsClients(extendedKeyUsage)) {
    return [passed('EKU_CLIENTAUTH_MISSING', 'It may be used by a client (extended key usage clientAuth).')];
  }
  const uses = extendedKeyUsage.join(', ') || 'nothing';
  const onlyServers = uses === 'serverAuth' ? 'may only be used by servers' : `may only be used for ${uses}`;
  return [
    finding(
      'EKU_CLIENTAUTH_MISSING',
      `This certificate ${onlyServers}: "clientAuth" is missing in its extended key usage. It will be refused when your server connects with it, and .NET clients will not send it at all.`,
      TWO_WAYS_OUT,
    ),
  ];
}

const TWO_WAYS_OUT: Advice = {
  remedy:
    'Public certification authorities are ending client use (since 2026, one after the other), so a renewed website certificate will not help. Two ways out: ask a private authority, your own or your company\'s, for a certificate with clientAuth; or make one yourself and choose "Pin certificate". Until then an operator can make an exception with an end date for the trust anchor (guide: docs/guides/public-ca.md).',
  command:
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 -keyout client.key -out client.pem -subj "/CN=my-application" -addext "basicConstraints=critical,CA:FALSE" -addext "keyUsage=critical,digitalSignature" -addext "extendedKeyUsage=clientAuth"',
};

function exceptedServer(): Check {
  return passed(
    'EKU_CLIENTAUTH_MISSING',
    'It may only be used by servers, which the trust anchor excepts at the moment. When the exception ends it will be refused.',
  );
}

function lintIssuerUse(issuer: DecodedCertificate, allows: (usages: readonly string[]) => boolean): Check[] {
  if (issuer.extendedKeyUsage === undefined || allows(issuer.extendedKeyUsage)) return [];
  const uses = issuer.extendedKeyUsage.join(', ') || 'nothing';
  return [
    finding(
      'EKU_CLIENTAUTH_MISSING',
      `The authority ${nameOf(issuer)} may only issue certificates for ${uses}, not for clients (clientAuth). Everything that it issued for clients will be refused.`,
      {
        remedy:
          'Ask for a certificate from an authority without this limit: a private one of yours or of your company. Public authorities are ending client use; an exception with an end date for the trust anchor bridges that (guide: docs/guides/public-ca.md).',
      },
    ),
  ];
}

const allowsClients = (usages: readonly string[]): boolean =>
  usages.includes('clientAuth') || usages.includes('any');
const allowsServers = (usages: readonly string[]): boolean =>
  usages.includes('serverAuth') || usages.includes('any');
const allowsEither = (usages: readonly string[]): boolean => allowsClients(usages) || allowsServers(usages);

const isForServersOnly = ({ extendedKeyUsage: usages }: DecodedCertificate): boolean =>
  usages !== undefined && allowsServers(usages) && !allowsClients(usages);

function lintKeyUse({ keyUsage }: DecodedCertificate): Check[] {
  if (keyUsage === undefined || keyUsage.includes('digitalSignature') || keyUsage.includes('keyAgreement')) {
    return [passed('KU_NO_DIGITAL_SIGNATURE', 'Its key may sign, which a client does when it connects.')];
  }
  const uses = keyUsage.join(', ') || 'nothing';
  return [
    finding(
      'KU_NO_DIGITAL_SIGNATURE',
      `The key of this certificate may be used for ${uses} only, but a client has to sign when it connects ("digitalSignature" in the key usage).`,
      { remedy: 'Ask the issuer for a certificate with key usage digitalSignature, or make one with it.' },
    ),
  ];
}

function notAnAuthority(certificate: DecodedCertificate): Check {
  return finding(
    'NOT_A_CA',
    `${nameOf(certificate)} is the certificate of one machine or person, not of a certification authority (CA:TRUE is missing), so it cannot vouch for others.`,
    {
      remedy: certificate.isSelfSigned
        ? 'It was made without an authority: add it to the application with "Pin certificate" instead.'
        : `Paste only the certificate of the authority that issued it: ${certificate.issuer.text}. Ask your certification authority for it if you do not have it.`,
    },
  );
}

function lintSigning(authority: DecodedCertificate): Check[] {
  if (authority.keyUsage?.includes('keyCertSign') !== false) return [];
  return [
    finding(
      'CA_NO_CERT_SIGN',
      `${nameOf(authority)} says that it is a certification authority, but its key may not sign certificates ("keyCertSign" is missing in the key usage).`,
      { remedy: 'Ask the authority for its right certificate, or make it again with key usage keyCertSign.' },
    ),
  ];
}
