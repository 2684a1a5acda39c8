import { KeyObject } from 'node:crypto';
import { extract, type Extracted } from '@holdfast/certificate-insight';
import { encodeDer, encodeOid, TAG, toPublicKeyDer, type IssuedCertificate } from '@holdfast/test-pki';
import type { FuzzTarget } from './session.js';
import { problemWithText } from './shown-text.js';
import type { FuzzWorld } from './world.js';

/** What people paste: certificates in all their containers, requests, and JWK Sets. */
export function pastedTargets(world: FuzzWorld): FuzzTarget[] {
  const { leaves, intermediate, root } = world;
  const [leaf] = leaves;
  const bundle = bundleOf([leaf!, intermediate, root]);
  return [
    {
      name: 'pasted-certificate',
      seeds: [
        bundle,
        requestOf(leaf!),
        leaf!.der,
        ...[
          armour('PKCS7', bundle),
          armour('CERTIFICATE REQUEST', requestOf(leaf!)),
          leaf!.pem + root.pem,
          base64(bundle),
        ].map(octetsOf),
      ],
      try: (input) => problemWith(extract(input)),
    },
    {
      name: 'pasted-key-set',
      seeds: leaves.map((one, at) =>
        octetsOf(
          JSON.stringify({ keys: [{ kid: 'a', use: 'sig', ...toJwk(one) }, toJwk(leaves[at - 1] ?? one)] }),
        ),
      ),
      try: (input) => {
        const extracted = extract(input);
        return problemWith(extracted) ?? disagreement(extracted, input);
      },
    },
  ];
}

function problemWith(extracted: Extracted): string | undefined {
  if (extracted.kind === 'refused') return problemWithText(extracted.check.text);
  if (extracted.kind === 'jwks') {
    const shown = extracted.keys.flatMap(({ kid, use, alg, key }) => [kid, use, alg, key.name]);
    return shown
      .filter((text) => text !== undefined && text !== '')
      .map((text) => problemWithText(text!))
      .find((problem) => problem !== undefined);
  }
  const ders = 'ders' in extracted ? extracted.ders : [extracted.der];
  return ders.length > 0 && ders.every(({ length }) => length > 0) ? undefined : 'nothing was read';
}

/** What is refused as no JSON must be none for the engine either, or be deep. The other way round `extract` would throw. */
function disagreement(extracted: Extracted, input: Uint8Array): string | undefined {
  if (extracted.kind !== 'refused' || extracted.check.found !== 'json_malformed') return undefined;
  try {
    const json = JSON.stringify(JSON.parse(new TextDecoder().decode(input)));
    return depthOf(json) > DEEPEST ? undefined : `JSON is refused: ${json}`;
  } catch {
    return undefined;
  }
}

const DEEPEST = 30;
const depthOf = (json: string): number => json.replaceAll(/[^[{]/g, '').length;

const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const octetsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
const armour = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${base64(der).replaceAll(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
const sequence = (...parts: Uint8Array[]): Uint8Array => encodeDer(TAG.sequence, ...parts);

const toJwk = ({ der, keys }: IssuedCertificate): object => ({
  ...KeyObject.from(keys.publicKey).export({ format: 'jwk' }),
  x5c: [base64(der)],
});

/** SignedData without signers (RFC 5652 §5.1), with a CRL that is none. */
function bundleOf(certificates: readonly IssuedCertificate[]): Uint8Array {
  const signedData = sequence(
    encodeDer(TAG.integer, Uint8Array.of(1)),
    encodeDer(TAG.set),
    sequence(encodeOid('1.2.840.113549.1.7.1')),
    encodeDer(0xa0, ...certificates.map(({ der }) => der)),
    encodeDer(0xa1, sequence()),
    encodeDer(TAG.set),
  );
  return sequence(encodeOid('1.2.840.113549.1.7.2'), encodeDer(0xa0, signedData));
}

/** The frame of a request (RFC 2986 §4); nobody verifies its signature here. */
function requestOf({ keys, subjectDer }: IssuedCertificate): Uint8Array {
  const info = sequence(
    encodeDer(TAG.integer, Uint8Array.of(0)),
    subjectDer,
    toPublicKeyDer(keys),
    encodeDer(0xa0),
  );
  return sequence(
    info,
    sequence(encodeOid('1.2.840.10045.4.3.2')),
    encodeDer(TAG.bitString, new Uint8Array(70)),
  );
}
