import {
  leafVerdictUnder,
  matchesRegisteredName,
  parseCertificate,
  parseRegisteredName,
  parseRevocationList,
  PARTNER_CERTIFICATES,
  revocationOf,
  signatureFault,
  STRICT_PARSING,
  validateClientCertificate,
  type AnchorConstraints,
  type Certificate,
  type RevocationRules,
  type InitialPolicies,
  type ParsingRules,
  type RegisteredNameKind,
  type UsageRule,
  type ValidationPolicy,
  type VerifiedPath,
} from '@holdfast/certificate-validation';
import {
  ACCEPT,
  derOf,
  listOf,
  reject,
  timeOf,
  unsupported,
  UnreadableCase,
  type Decision,
  type VectorCase,
} from './vectors.js';

/** Serial numbers that older certification authorities issued, and certificates beyond the product's size. */
export const TOLERANT_PARSING: ParsingRules = {
  ...STRICT_PARSING,
  serialNumber: 'tolerant',
  maximumBytes: 200_000,
};

/** The switches of a case, as its suite spells them. */
interface PathOptions {
  readonly anchorExpiry?: boolean;
  readonly anchorConstraints?: boolean;
  readonly anchorRequireBasicConstraints?: boolean;
  readonly allowCaLeaf?: boolean;
  readonly strictEku?: 'all' | 'leaf' | null;
  readonly trust?: 'anchor' | 'leaf' | 'anchor-or-leaf';
  readonly requireSelfSigned?: boolean;
}

/** Decides a path: whether the leaf is trusted, carries every expected name and, where the case asks, is not revoked. */
export function judgePath(found: VectorCase, now: Date): Decision {
  const policy = policyOf(found);
  if (policy === undefined) return unsupported('another purpose than client or server authentication');
  const leaf = parseCertificate(derOf(found['leaf']), TOLERANT_PARSING);
  if (!leaf.parsed) return reject(leaf.fault);
  const time = timeOf(found['time'], now);
  const { trust = 'anchor' } = optionsOf(found);
  if (trust !== 'anchor') {
    const pinned = judgePinned(found, leaf.certificate, policy, time);
    if (trust === 'leaf' || pinned.verdict === 'accept') return pinned;
  }
  return judgeUnderAnchors(found, leaf.certificate, policy, time);
}

function judgeUnderAnchors(
  found: VectorCase,
  leaf: Certificate,
  policy: ValidationPolicy,
  time: Date,
): Decision {
  const bag = certificatesIn(found['intermediates']);
  const anchors = certificatesIn(found['roots']).map((certificate) => ({ certificate }));
  const verdict = validateClientCertificate(leaf, bag, anchors, policy, time);
  if (!verdict.trusted) return reject(verdict.fault);
  const missing = findMissingName(found, leaf);
  if (missing !== undefined) return reject(`id.${missing}`);
  return judgeRevocation(found, verdict.path, bag, policy, time);
}

/** RFC 8705 §2.2: the very certificate is trusted, no path is asked for. */
function judgePinned(found: VectorCase, leaf: Certificate, policy: ValidationPolicy, time: Date): Decision {
  const isPinned = listOf(found['roots']).some((root) => Buffer.compare(derOf(root), leaf.der) === 0);
  if (!isPinned) return reject('id.not_pinned');
  const verdict = leafVerdictUnder(leaf, policy, time);
  if (!verdict.sound) return reject(verdict.fault);
  const selfSigned =
    optionsOf(found).requireSelfSigned === true ? signatureFault(leaf, leaf, 'strong') : undefined;
  return selfSigned === undefined ? ACCEPT : reject(selfSigned);
}

export const SUITE_RULES: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 7 * 86_400,
};

/** With `require_crl` unknown refuses; else only where the issuer's CRL is at hand and says nothing good. */
function judgeRevocation(
  found: VectorCase,
  path: VerifiedPath,
  bag: readonly Certificate[],
  policy: ValidationPolicy,
  time: Date,
): Decision {
  const isRequired = found['require_crl'] === true;
  const lists = listOf(found['crls'])
    .map((crl) => parseRevocationList(derOf(crl)))
    .filter((result) => result.parsed)
    .map(({ list }) => list);
  if (!isRequired && listOf(found['crls']).length === 0) return ACCEPT;
  const result = revocationOf(path, { lists, responses: [], signers: bag }, policy, SUITE_RULES, time);
  if (result.status === 'good') return ACCEPT;
  if (result.status === 'revoked') return reject('rev.revoked');
  const isNobodys = result.cause === 'rev.unknown_no_source' && lists.length === listOf(found['crls']).length;
  return !isRequired && isNobodys ? ACCEPT : reject(result.cause);
}

function findMissingName(found: VectorCase, leaf: Certificate): RegisteredNameKind | undefined {
  if (found['layer'] !== 'path+name') return undefined;
  for (const { kind, value } of listOf(found['names']) as { kind: string; value: string }[]) {
    const registered = NAME_KINDS[kind];
    if (registered === undefined) throw new UnreadableCase(`names of the kind ${kind} are not known`);
    const name = parseRegisteredName(registered, value);
    if (!name.parsed || !matchesRegisteredName(leaf, name.name)) return registered;
  }
  return undefined;
}

const NAME_KINDS: Readonly<Record<string, RegisteredNameKind>> = {
  DNS: 'san_dns',
  IP: 'san_ip',
  RFC822: 'san_email',
  EMAIL: 'san_email',
  URI: 'san_uri',
};

/** The product's policy, with the switches of the case. */
function policyOf(found: VectorCase): ValidationPolicy | undefined {
  const purpose = purposeOf(found);
  if (purpose === undefined) return undefined;
  const { anchorExpiry, allowCaLeaf, strictEku } = optionsOf(found);
  const strict: UsageRule = { whenAbsent: 'refuse', anyPurpose: 'refuse' };
  const usage = PARTNER_CERTIFICATES.extendedKeyUsage;
  const { limits } = PARTNER_CERTIFICATES;
  const depth = found['max_depth'];
  return {
    purpose,
    extendedKeyUsage: {
      leaf: strictEku == null ? usage.leaf : strict,
      issuers: strictEku === 'all' ? strictIssuers(purpose) : usage.issuers,
    },
    authorityAsLeaf: allowCaLeaf === true ? 'accept' : 'refuse',
    anchor: {
      validity: anchorExpiry === false ? 'ignore' : 'enforce',
      constraints: constraintsOf(optionsOf(found)),
    },
    signatureAlgorithms: 'strong',
    certificatePolicies: policiesOf(found['policy']),
    limits: { ...limits, bag: 120, intermediates: typeof depth === 'number' ? depth : limits.intermediates },
  };
}

/** A suite that does not speak of the switches means the product's rule. */
function constraintsOf({ anchorConstraints, anchorRequireBasicConstraints }: PathOptions): AnchorConstraints {
  if (anchorRequireBasicConstraints === true) return 'enforce';
  if (anchorConstraints === false) return 'ignore';
  return anchorRequireBasicConstraints === false ? 'enforce-present' : 'enforce';
}

/** BoringSSL's strict purposes: "any" does not count, and for clients an issuer must carry the extension as well. */
const strictIssuers = (purpose: ValidationPolicy['purpose']): UsageRule => ({
  whenAbsent: purpose === 'clientAuth' ? 'refuse' : 'accept',
  anyPurpose: 'refuse',
});

const optionsOf = (found: VectorCase): PathOptions => (found['options'] ?? {}) as PathOptions;

function purposeOf({
  purpose,
  key_purpose: keyPurpose,
}: VectorCase): ValidationPolicy['purpose'] | undefined {
  if (typeof keyPurpose === 'string') {
    if (keyPurpose === 'ANY_EKU') return 'any';
    if (/^CLIENT_AUTH/.test(keyPurpose)) return 'clientAuth';
    return /^SERVER_AUTH/.test(keyPurpose) ? 'serverAuth' : undefined;
  }
  if (purpose === null || purpose === undefined) return 'any';
  return purpose === 'clientAuth' || purpose === 'serverAuth' ? purpose : undefined;
}

interface PolicyInputs {
  readonly initial: readonly string[] | null;
  readonly explicit: boolean;
  readonly inhibit_mapping: boolean;
  readonly inhibit_any: boolean;
}

/** The policy inputs of a PKITS test (RFC 5280 §6.1.1). */
function policiesOf(value: unknown): InitialPolicies {
  if (value === undefined || value === null) return PARTNER_CERTIFICATES.certificatePolicies;
  const inputs = value as PolicyInputs;
  return {
    acceptable: inputs.initial === null ? 'any' : inputs.initial.map(toPolicy),
    explicitPolicy: inputs.explicit ? 'require' : 'accept-absent',
    policyMapping: inputs.inhibit_mapping ? 'inhibit' : 'process',
    anyPolicy: inputs.inhibit_any ? 'inhibit' : 'process',
  };
}

/** PKITS names its policies: NIST-test-policy-1 is 2.16.840.1.101.3.2.1.48.1, and so on. */
function toPolicy(name: string): string {
  const number = /^NIST-test-policy-([0-9]+)$/.exec(name)?.[1];
  if (number !== undefined) return `2.16.840.1.101.3.2.1.48.${number}`;
  return name === 'anyPolicy' ? '2.5.29.32.0' : name;
}

/** What can be read; what cannot stands on no path. */
function certificatesIn(value: unknown): Certificate[] {
  return listOf(value)
    .map((der) => parseCertificate(derOf(der), TOLERANT_PARSING))
    .filter((result) => result.parsed)
    .map(({ certificate }) => certificate);
}
