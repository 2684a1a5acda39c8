import type { DecodedRequest } from './decode-request.js';
import type { IntendedUse } from './intended-use.js';
import { lintKey } from './lint-algorithms.js';
import { lintNames } from './lint-names.js';
import { finding, passed, type Check } from './lints.js';

/**
 * What is wrong with a certificate signing request, if its certificate is to be used so: what it proves, and what it
 * asks for. An authority may put in something else, so its certificate has to be looked at again.
 */
export function lintRequest(request: DecodedRequest, use: IntendedUse): Check[] {
  const { key } = request;
  const keys = lintKey('the request', key);
  return [
    IS_REQUEST,
    ...lintPossession(request),
    ...(keys.length > 0 ? keys : [passed('WEAK_KEY', `The key is strong enough: ${key.name}.`)]),
    ...lintSignature(request),
    ...(use.mode === 'match-by-name' ? lintNames(request, use.field) : []),
    ...(use.mode === 'trust-anchor' ? [] : lintAskedUse(request)),
    ...(use.mode === 'match-by-name' && request.isCa ? [ASKS_FOR_AUTHORITY] : []),
  ];
}

const IS_REQUEST = finding(
  'IS_REQUEST',
  'This is a certificate signing request (CSR): the question to a certification authority, not yet its answer. It cannot be registered.',
  {
    remedy:
      'Send it to your certification authority, and give the certificate that comes back here. The private key stays where it was made.',
  },
);

const ASKS_FOR_AUTHORITY = finding(
  'IS_CA',
  'It asks for the certificate of a certification authority (CA:TRUE), which may not be presented by a client.',
  { remedy: 'Make the request again without it.' },
);

/** RFC 2986 §4.2: the signature is by the key that the request is about. */
function lintPossession({ possession }: DecodedRequest): Check[] {
  if (possession === 'unknown') return [];
  if (possession === 'proven')
    return [passed('REQUEST_NOT_PROVEN', 'It is signed by its own key, so whoever made it has that key.')];
  return [
    finding(
      'REQUEST_NOT_PROVEN',
      'Its signature is not by the key in it: it was changed on its way, or made with another key. No authority will take it.',
      {
        remedy: 'Make the request again with the private key that you have.',
        command: 'openssl req -in client.csr.pem -noout -verify',
      },
    ),
  ];
}

function lintSignature({ signature: { name, strength } }: DecodedRequest): Check[] {
  if (strength === 'accepted') return [];
  return [
    finding(
      strength === 'weak' ? 'WEAK_SIGNATURE' : 'UNUSUAL_ALGORITHM',
      `The request is signed with ${name}, and many authorities refuse that.`,
      { remedy: 'Make it again with SHA-256.', command: NEW_REQUEST },
    ),
  ];
}

const NEW_REQUEST = 'openssl req -new -sha256 -key client.key.pem -subj "/CN=my-server" -out client.csr.pem';

/** RFC 5280 §4.2.1.3, §4.2.1.12. */
function lintAskedUse({ extendedKeyUsage, keyUsage }: DecodedRequest): Check[] {
  const forClients = extendedKeyUsage?.some((usage) => usage === 'clientAuth' || usage === 'any') ?? true;
  const maySign = keyUsage?.some((usage) => usage === 'digitalSignature' || usage === 'keyAgreement') ?? true;
  return [
    forClients
      ? passed(
          'EKU_CLIENTAUTH_MISSING',
          extendedKeyUsage === undefined
            ? 'It does not ask for a certain use. Ask the authority for clientAuth.'
            : 'It asks for use by a client (extended key usage clientAuth).',
        )
      : finding(
          'EKU_CLIENTAUTH_MISSING',
          `It asks for ${extendedKeyUsage?.join(', ') || 'nothing'} only: "clientAuth" is missing in the extended key usage. A certificate like that will be refused.`,
          { remedy: 'Make the request again with clientAuth, or without any extended key usage.' },
        ),
    ...(maySign
      ? []
      : [
          finding(
            'KU_NO_DIGITAL_SIGNATURE',
            `It asks for ${keyUsage?.join(', ') || 'nothing'} only, but a client has to sign when it connects ("digitalSignature" in the key usage).`,
            { remedy: 'Make the request again with key usage digitalSignature, or without any key usage.' },
          ),
        ]),
  ];
}
