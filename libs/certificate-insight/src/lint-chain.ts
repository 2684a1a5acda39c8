import type { DecodedCertificate } from './decode-certificate.js';
import type { Chain } from './intended-use.js';
import { finding, passed, type Check } from './lints.js';
import { nameOf } from './naming.js';

/** Matching by name relies on a certification authority (RFC 8705 §2.1); a self-signed certificate has none. */
export function lintIssuer(leaf: DecodedCertificate): Check[] {
  if (!leaf.isSelfSigned) {
    return [passed('SELF_SIGNED_IN_NAME_MODE', `It was issued by "${leaf.issuer.text}".`)];
  }
  return [
    finding(
      'SELF_SIGNED_IN_NAME_MODE',
      'This certificate signed itself, so no certification authority vouches for the name in it: anybody can make one with the same name.',
      {
        remedy:
          'Choose "Pin certificate": then exactly this certificate is accepted, and its name does not matter.',
      },
    ),
  ];
}

/** Public authorities sell names to whoever controls them for a moment, and are ending client use. */
export function lintPublicIssuer(leaf: DecodedCertificate): Check[] {
  if (!leaf.isFromPublicWebCa) return [];
  return [
    finding(
      'PUBLIC_WEB_CA',
      `Its issuer "${leaf.issuer.text}" is an authority that browsers trust. Such an authority issues certificates with the same kind of names to anybody, and the next renewal may no longer be for clients.`,
      {
        remedy:
          'Prefer a private authority, your own or your company\'s; or choose "Pin certificate", and add each renewal.',
      },
    ),
  ];
}

/** Whether the way up to an authority is complete, as far as that can be seen from here. */
export function lintChain(
  chain: Chain<DecodedCertificate>,
  anchorSubjects: readonly string[] | undefined,
): Check[] {
  if (chain[0].isSelfSigned) return [];
  const root = chain.find(({ isSelfSigned }) => isSelfSigned);
  return [...lintCompleteness(chain, anchorSubjects), ...(root === undefined ? [] : [rootIncluded(root)])];
}

function lintCompleteness(
  chain: Chain<DecodedCertificate>,
  anchorSubjects: readonly string[] | undefined,
): Check[] {
  const top = chain.at(-1)!;
  const { text: issuer } = top.issuer;
  if (anchorSubjects === undefined) {
    return chain.length > 1
      ? [passed('CHAIN_INCOMPLETE', `The issuer is here too: ${nameOf(chain[1]!)}.`)]
      : [incomplete(issuer)];
  }
  if (chain.some((certificate) => anchorSubjects.includes(certificate.issuer.text))) {
    return [passed('CHAIN_INCOMPLETE', 'It leads to one of the trust anchors of this partner.')];
  }
  if (top.isSelfSigned) return [notTrustedHere(top)];
  return [
    finding(
      'CHAIN_INCOMPLETE',
      `The last issuer in what was pasted is "${issuer}", and that is not a trust anchor of this partner: either certificates between them are missing, or the authority has not been added yet.`,
      {
        remedy: `Paste the certificates in between too, or add "${issuer}" as a trust anchor first.`,
        command: SHOW_SENT,
      },
    ),
  ];
}

function notTrustedHere(root: DecodedCertificate): Check {
  return finding(
    'CA_NOT_TRUSTED_HERE',
    `The chain ends at ${nameOf(root)}, and neither that nor anything below it is a trust anchor here, so the certificate would be refused.`,
    {
      remedy: `Add ${nameOf(root)} as a trust anchor of this partner first, or choose the anchor that issued this certificate.`,
    },
  );
}

function incomplete(issuer: string): Check {
  return finding(
    'CHAIN_INCOMPLETE',
    `Only the certificate itself was pasted, not its issuer "${issuer}". Unless that issuer is itself the registered trust anchor, your server must send the issuer's certificate too, or it will be refused.`,
    {
      remedy:
        'Put the intermediate certificate after your own one in the file that your server sends. You do not have to paste it here.',
      command: 'cat client.pem intermediate.pem > client-chain.pem',
    },
  );
}

const SHOW_SENT = 'openssl crl2pkcs7 -nocrl -certfile client-chain.pem | openssl pkcs7 -print_certs -noout';

function rootIncluded(root: DecodedCertificate): Check {
  return finding(
    'CHAIN_ROOT_INCLUDED',
    `The root ${nameOf(root)} is in the chain. It is not needed here and is ignored: only the registered trust anchor counts.`,
    {
      remedy: 'Your server need not send it either; leaving it out makes every connection a little smaller.',
    },
  );
}
