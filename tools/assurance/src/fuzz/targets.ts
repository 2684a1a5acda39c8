import { createPublicKey, KeyObject } from 'node:crypto';
import {
  formatDistinguishedName,
  matchesRegisteredName,
  parseCertificate,
  parseDistinguishedName,
  parseName,
  parseNameConstraints,
  parseOcspResponse,
  parsePublicKey,
  parseRegisteredName,
  parseRevocationList,
  parseSubjectAltNames,
  readCertificateUpload,
  REGISTERED_NAME_KINDS,
  statusByLists,
  statusByResponses,
  STRICT_PARSING,
  type DistinguishedName,
  type RegisteredNameKind,
  type RevocationRules,
} from '@holdfast/certificate-validation';
import { parseFetchedKeySet, parseNewCredentials, type JsonWebKeySet } from '@holdfast/client-registry';
import type { FuzzTarget } from './session.js';
import { problemWithText } from './shown-text.js';
import { pastedTargets } from './pasted-targets.js';
import { NOON, type FuzzWorld } from './world.js';

/** Every parser that is given what strangers, partners or their servers send. */
export function fuzzTargets(world: FuzzWorld): FuzzTarget[] {
  return [
    certificateTarget(world),
    intermediateTarget(world),
    revocationListTarget(world),
    ocspTarget(world),
    ...partTargets(world),
    uploadTarget(world),
    keySetTarget(world),
    fetchedKeySetTarget(world),
    ...pastedTargets(world),
    distinguishedNameTarget(),
    ...REGISTERED_NAME_KINDS.map((kind) => registeredNameTarget(kind, world)),
  ];
}

const CONTROL = /[\x00-\x1f\x7f]/;

const isOneOf = (octets: Uint8Array, known: readonly Uint8Array[]): boolean =>
  known.some((one) => Buffer.compare(one, octets) === 0);

/** What a stranger with a forged certificate may cost (libs/certificate-validation/README.md). */
const MOST_SIGNATURE_CHECKS = 11;

function certificateTarget(world: FuzzWorld): FuzzTarget {
  const genuine = world.leaves.map(({ der }) => der);
  return {
    name: 'certificate',
    seeds: genuine,
    try(input) {
      const result = parseCertificate(input);
      if (!result.parsed) return undefined;
      const { trusted, work } = world.judge(result.certificate);
      if (trusted && !isOneOf(input, genuine)) return 'a certificate that nobody issued is trusted';
      return work.signatures > MOST_SIGNATURE_CHECKS
        ? `it costs ${work.signatures} signature checks`
        : undefined;
    },
  };
}

function intermediateTarget(world: FuzzWorld): FuzzTarget {
  const genuine = [world.intermediate.der];
  return {
    name: 'intermediate',
    seeds: genuine,
    try(input) {
      const { trusted, work } = world.judge(world.leaf, [input]);
      if (trusted && !isOneOf(input, genuine))
        return 'a path through an issuer that nobody issued is trusted';
      return work.signatures > MOST_SIGNATURE_CHECKS
        ? `it costs ${work.signatures} signature checks`
        : undefined;
    },
  };
}

const RULES: RevocationRules = {
  signatureAlgorithms: 'strong',
  maximumAge: Infinity,
  maximumAgeWithoutNextUpdate: 86_400,
};

/** The signed octets of what the issuer has signed: whatever else is said, nobody signed. */
const signedParts = (
  seeds: readonly Uint8Array[],
  tbsOf: (seed: Uint8Array) => Uint8Array | undefined,
): Uint8Array[] => seeds.map(tbsOf).filter((tbs) => tbs !== undefined);

function revocationListTarget({ leaf, issuer, revocationLists: seeds }: FuzzWorld): FuzzTarget {
  const signed = signedParts(seeds, (seed) => {
    const result = parseRevocationList(seed);
    return result.parsed ? result.list.tbs : undefined;
  });
  return {
    name: 'revocation-list',
    seeds,
    try(input) {
      const result = parseRevocationList(input);
      if (!result.parsed) return undefined;
      const { status } = statusByLists(leaf, [result.list], [issuer], RULES, NOON);
      return status !== 'unknown' && !isOneOf(result.list.tbs, signed)
        ? `a list that nobody signed says ${status}`
        : undefined;
    },
  };
}

function ocspTarget({ leaf, issuer, ocspResponses: seeds }: FuzzWorld): FuzzTarget {
  const signed = signedParts(seeds, (seed) => {
    const result = parseOcspResponse(seed, STRICT_PARSING);
    return result.parsed ? result.response.tbs : undefined;
  });
  return {
    name: 'ocsp-response',
    seeds,
    try(input) {
      const result = parseOcspResponse(input, STRICT_PARSING);
      if (!result.parsed) return undefined;
      const { status } = statusByResponses(leaf, issuer, [result.response], RULES, NOON);
      return status !== 'unknown' && !isOneOf(result.response.tbs, signed)
        ? `a response that nobody signed says ${status}`
        : undefined;
    },
  };
}

/** Shown, but not to be registered: control characters, and more than a person may type. */
const mayBeRefused = (text: string, { rdns }: DistinguishedName): boolean =>
  text.length > 2_048 || rdns.flat().some((attribute) => CONTROL.test(attribute.text ?? ''));

const refusedProblem = (text: string, problem: string): string =>
  `${JSON.stringify(text)} is refused: ${problem}`;

function partTargets(world: FuzzWorld): FuzzTarget[] {
  const extensionOf = (oid: string): Uint8Array =>
    world.leaf.extensions.find((one) => one.oid === oid)!.value;
  return [
    {
      name: 'name',
      seeds: [world.root.subjectDer, ...world.leaves.map(({ subjectDer }) => subjectDer)],
      try(input) {
        const result = parseName(input);
        if (!result.parsed || result.value.rdns.length === 0) return undefined;
        const text = formatDistinguishedName(result.value);
        if (CONTROL.test(text)) return `${JSON.stringify(text)} has control characters`;
        const back = parseDistinguishedName(text);
        if (!back.parsed)
          return mayBeRefused(text, result.value) ? undefined : refusedProblem(text, back.problem);
        return back.name.canonical === result.value.canonical
          ? undefined
          : `${JSON.stringify(text)} is another name`;
      },
    },
    quiet('name-constraints', [world.nameConstraints], parseNameConstraints),
    quiet('subject-alt-names', [extensionOf('2.5.29.17')], parseSubjectAltNames),
    {
      name: 'public-key',
      seeds: world.publicKeys,
      try(input) {
        const result = parsePublicKey(input);
        if (!result.parsed || result.value.fault !== undefined) return undefined;
        return keyProblem(input, result.value.family);
      },
    },
  ];
}

/** Node must see the same kind of key, if it takes it at all (a point may lie beside its curve). */
function keyProblem(spki: Uint8Array, family: string | undefined): string | undefined {
  let type: string | undefined;
  try {
    type = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).asymmetricKeyType;
  } catch {
    return undefined;
  }
  return type === family?.toLowerCase() ? undefined : `${family} for us is ${type} for OpenSSL`;
}

const quiet = (
  name: string,
  seeds: readonly Uint8Array[],
  parse: (input: Uint8Array) => unknown,
): FuzzTarget => ({
  name,
  seeds,
  try: (input) => void parse(input),
});

function uploadTarget({ leaves, intermediate, root }: FuzzWorld): FuzzTarget {
  const [leaf] = leaves;
  return {
    name: 'certificate-upload',
    seeds: [
      ...[leaf!.pem, leaf!.pem + intermediate.pem + root.pem, Buffer.from(leaf!.der).toString('base64')].map(
        (text) => octetsOf(text),
      ),
      leaf!.der,
    ],
    try(input) {
      const upload = readCertificateUpload(input);
      if (upload.read) return undefined;
      return problemWithText(upload.problem);
    },
  };
}

const jwksOf = ({ leaves }: FuzzWorld): readonly object[] =>
  leaves.map(({ der, keys: { publicKey } }) => ({
    ...KeyObject.from(publicKey).export({ format: 'jwk' }),
    x5c: [Buffer.from(der).toString('base64')],
  }));

function keySetTarget(world: FuzzWorld): FuzzTarget {
  const keys = jwksOf(world);
  return {
    name: 'json-web-key-set',
    seeds: keys.map((key) => octetsOf(JSON.stringify({ keys: [key] }))),
    try(input) {
      const jwks = parseKeySet(textOf(input));
      if (jwks === undefined) return undefined;
      const result = parseNewCredentials('self_signed_tls_client_auth', { jwks }, NOON);
      return result.accepted || result.problems.length > 0 ? undefined : 'it is refused without a problem';
    },
  };
}

function fetchedKeySetTarget(world: FuzzWorld): FuzzTarget {
  const keys = jwksOf(world);
  return {
    name: 'fetched-key-set',
    seeds: [keys, ...keys.map((key) => [key])].map((set) => octetsOf(JSON.stringify({ keys: set }))),
    try(input) {
      const verdict = parseFetchedKeySet(input, NOON);
      if (!verdict.usable) return verdict.why === '' ? 'it is refused without a reason' : undefined;
      return verdict.certificates.length > 0 ? undefined : 'a set without a certificate is usable';
    },
  };
}

/** What the schema of the admin API lets through: an object with a list of objects. */
function parseKeySet(text: string): JsonWebKeySet | undefined {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || !Array.isArray(value['keys'])) return undefined;
    const keys = value['keys'] as unknown[];
    return keys.every(isObject) ? { keys } : undefined;
  } catch {
    return undefined;
  }
}

const octetsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
const textOf = (octets: Uint8Array): string => Buffer.from(octets).toString('utf8');

function distinguishedNameTarget(): FuzzTarget {
  return {
    name: 'distinguished-name',
    seeds: [
      'CN=orders,O=Acme,C=DE',
      'CN=a\\,b+OU=\\20x\\20,O=#0c0141',
      '1.2.3.4=#0401ff,CN="q"',
      'CN=\\C3\\A4ä',
    ].map(octetsOf),
    try(input) {
      const result = parseDistinguishedName(textOf(input));
      if (!result.parsed) return undefined;
      const shown = formatDistinguishedName(result.name);
      const back = parseDistinguishedName(shown);
      // What is shown may be longer than what may be typed.
      if (!back.parsed)
        return shown.length > 2_048 ? undefined : `${JSON.stringify(shown)} is refused: ${back.problem}`;
      const isSame =
        back.name.canonical === result.name.canonical && formatDistinguishedName(back.name) === shown;
      return isSame ? undefined : `${JSON.stringify(shown)} reads back as another name`;
    },
  };
}

const NAME_SEEDS: Readonly<Record<RegisteredNameKind, readonly string[]>> = {
  subject_dn: ['CN=orders+OU=x,O=Acme,C=DE', 'cn=orders, o=acme'],
  san_dns: ['a.partner.example', 'A.Partner.Example.', 'xn--bcher-kva.example'],
  san_uri: ['https://a.example/b', 'urn:x:y', 'spiffe://a.example/%7Eb?c#d'],
  san_ip: ['192.0.2.1', '2001:db8::1', '2001:DB8:0:0:0:0:192.0.2.1'],
  san_email: ['a@b.example', '"a b"@b.example'],
};

function registeredNameTarget(kind: RegisteredNameKind, { leaf }: FuzzWorld): FuzzTarget {
  return {
    name: `registered-${kind.replace('_', '-')}`,
    seeds: NAME_SEEDS[kind].map(octetsOf),
    try(input) {
      const result = parseRegisteredName(kind, textOf(input));
      if (!result.parsed) return problemWithText(result.problem);
      matchesRegisteredName(leaf, result.name);
      const { value, canonical } = result.name;
      const back = parseRegisteredName(kind, value);
      if (!back.parsed)
        return value.length > 2_048 ? undefined : `${JSON.stringify(value)} is refused: ${back.problem}`;
      return back.name.canonical === canonical && back.name.value === value
        ? undefined
        : `${JSON.stringify(value)} reads back as another name`;
    },
  };
}
