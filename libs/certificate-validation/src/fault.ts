/**
 * Everything that can be wrong with a certificate or a path: one closed list, each code with its meaning.
 * `der.*` and `cert.*` come from parsing, `key.*`, `sig.*`, `validity.*`, `leaf.*` from judging one certificate,
 * the rest from validating a path.
 */
export const CERTIFICATE_FAULTS = {
  'der.truncated': 'The encoding ends in the middle of a value.',
  'der.trailing': 'Octets follow the end of a value.',
  'der.length': 'A length is indefinite or longer than four octets (X.690 §10.1).',
  'der.length_not_minimal': 'A length uses more octets than it needs (X.690 §10.1).',
  'der.tag': 'A value has another type than the structure asks for.',
  'der.integer': 'An INTEGER is empty or has superfluous leading octets (X.690 §8.3.2), or is out of range.',
  'der.boolean': 'A BOOLEAN is neither 00 nor FF (X.690 §11.1), or a default value is encoded (§11.5).',
  'der.oid': 'An OBJECT IDENTIFIER is malformed (X.690 §8.19).',
  'der.bit_string': 'A BIT STRING has a wrong count of unused bits, or they are not zero (X.690 §11.2.1).',
  'der.string': 'A character string holds octets that its type does not allow.',

  'cert.too_large': 'The certificate is larger than the limit.',
  'cert.version': 'The version is unknown, or does not fit the fields that are present (RFC 5280 §4.1.2.1).',
  'cert.serial': 'The serial number is not positive, or longer than 20 octets (RFC 5280 §4.1.2.2).',
  'cert.time_encoding': 'A validity bound is not a calendar time in the form RFC 5280 §4.1.2.5 asks for.',
  'cert.name_malformed': 'A distinguished name has an empty part, or more parts than the limit.',
  'cert.extension_duplicate': 'An extension is present twice (RFC 5280 §4.2).',
  'cert.extension_malformed': 'The contents of an extension do not follow its definition.',
  'cert.alternative_name': 'A subject alternative name is malformed, empty, or holds control characters.',
  'cert.too_many_names': 'There are more subject alternative names than the limit.',
  'cert.sig_alg_mismatch': 'The signed and the outer signature algorithm differ (RFC 5280 §4.1.1.2).',

  'key.unsupported': 'The public key is neither RSA nor EC nor Ed25519.',
  'key.malformed': 'The public key cannot be read.',
  'key.params':
    'The parameters of the key algorithm are not what its definition asks for (RFC 3279, RFC 8410).',
  'key.rsa_too_small': 'The RSA modulus has fewer than 2048 bits.',
  'key.rsa_too_large': 'The RSA modulus has more than 8192 bits.',
  'key.rsa_exponent': 'The RSA exponent is even, below 3 or above 32 bits.',
  'key.ec_curve': 'The curve is not P-256, P-384 or P-521.',
  'key.ec_explicit_params': 'The curve is given by explicit parameters (RFC 5480 §2.1.1).',

  'sig.algorithm_weak': 'The signature uses MD2, MD5 or SHA-1.',
  'sig.algorithm_unsupported': 'The signature algorithm, or its parameters, are not on the list.',
  'sig.invalid': "The signature does not verify under the issuer's key.",

  'validity.not_yet': 'The leaf is not valid yet.',
  'validity.expired': 'The leaf has expired.',
  'validity.issuer_not_yet': 'An intermediate certificate is not valid yet.',
  'validity.issuer_expired': 'An intermediate certificate has expired.',
  'validity.anchor_not_yet': 'The trust anchor is not valid yet.',
  'validity.anchor_expired': 'The trust anchor has expired.',

  'leaf.version': 'The leaf is not an X.509 version 3 certificate.',
  'leaf.is_ca': 'The leaf is itself a certification authority (basicConstraints cA).',
  'leaf.key_usage': 'keyUsage is present and allows neither digitalSignature nor keyAgreement.',
  'leaf.eku': 'extendedKeyUsage is present and does not name the purpose (RFC 5280 §4.2.1.12).',
  'leaf.eku_missing': 'extendedKeyUsage is absent although the policy asks for it.',
  'leaf.name_constraints':
    'Name constraints stand in a certificate that is no certification authority (RFC 5280 §4.2.1.10).',

  'issuer.version': 'An issuer is not an X.509 version 3 certificate.',
  'issuer.not_ca': 'An issuer has no basicConstraints with cA TRUE (RFC 5280 §4.2.1.9).',
  'issuer.no_cert_sign': "An issuer's keyUsage lacks keyCertSign (RFC 5280 §4.2.1.3).",
  'issuer.path_len': "The path is longer than an issuer's pathLenConstraint allows (RFC 5280 §4.2.1.9).",
  'issuer.eku': "An issuer's extendedKeyUsage does not include the purpose.",

  'ext.unknown_critical': 'A critical extension is not processed here (RFC 5280 §4.2).',

  'nc.malformed':
    'Name constraints are empty, or hold a distance, an address mask with holes or an unknown kind (RFC 5280 §4.2.1.10).',
  'nc.not_permitted': "A name lies in none of the subtrees that an issuer's name constraints permit.",
  'nc.excluded': "A name lies in a subtree that an issuer's name constraints exclude.",
  'nc.unsupported_type': 'Names of a constrained kind are present that cannot be compared here.',

  'policy.none_valid':
    'A certificate policy is required, and none is valid along the whole path (RFC 5280 §6.1.5 (g)).',
  'policy.any_mapped': 'A policy mapping is from or to anyPolicy (RFC 5280 §6.1.4 (a)).',
  'policy.qualifier_unknown': 'A critical extension has a policy qualifier that is not processed here.',

  'path.no_anchor': 'No issuer is known for the last certificate that was reached.',
  'path.untrusted_root': 'The path ends at a self-issued certificate that is no trust anchor.',
  'path.too_deep': 'The path needs more intermediate certificates than the limit.',
  'path.leaf_is_anchor': 'The leaf carries the key of a trust anchor.',

  'budget.bag': 'More intermediate certificates were presented than the limit.',
  'budget.signatures': 'Path building would need more signature checks than the limit.',
  'budget.steps': 'Path building would need more steps than the limit.',
  'budget.name_constraints': 'Name constraints would need more comparisons than the limit.',
} as const;

export type CertificateFault = keyof typeof CERTIFICATE_FAULTS;

/** Thrown inside the parser only; `parseCertificate` turns it into a verdict. */
export class Malformed extends Error {
  constructor(readonly fault: CertificateFault) {
    super(CERTIFICATE_FAULTS[fault]);
    this.name = 'Malformed';
  }
}
