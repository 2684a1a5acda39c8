import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as x509 from '@peculiar/x509';
import { Option, type Command } from 'commander';
import { parseDistinguishedName, parseName } from '@holdfast/certificate-validation';
import { collect, withExamples } from './arguments.js';
import { Failure } from './failure.js';
import type { Session } from './session.js';

const KEY_TYPES = {
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  rsa2048: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
} as const;

interface CsrOptions {
  readonly subject: string;
  readonly sanDns?: readonly string[];
  readonly sanUri?: readonly string[];
  readonly keyType: keyof typeof KEY_TYPES;
  readonly keyOut: string;
  readonly out: string;
}

/** `holdfast csr new`: a key that stays here, and a request for a certificate to send to an authority; offline. */
export function addCsrCommands(program: Command, session: Session): void {
  const csr = program.command('csr').description('requests for certificates, offline');
  const create = csr
    .command('new')
    .description('make a private key and a certificate signing request (RFC 2986) with it')
    .requiredOption('--subject <dn>', 'RFC 4514 text, like CN=acme-orders,O=Acme Ltd')
    .option('--san-dns <name>', 'a DNS name; may be repeated', collect)
    .option('--san-uri <uri>', 'a URI; may be repeated', collect)
    .addOption(
      new Option('--key-type <type>', 'the kind of key').choices(Object.keys(KEY_TYPES)).default('p256'),
    )
    .requiredOption(
      '--key-out <file>',
      'where the private key goes; for you alone to read, and never sent anywhere',
    )
    .requiredOption('--out <file>', 'where the request goes: this is what the authority gets')
    .action(async (options: CsrOptions) => {
      const { key, request } = await makeRequest(options);
      const write = (file: string, option: string, text: string, mode: number): void =>
        writeNew(resolve(session.world.directory, file), option, text, mode);
      write(options.keyOut, '--key-out', key, 0o600);
      write(options.out, '--out', request, 0o644);
      session.out.say(
        `Made the key ${options.keyOut}, readable for you alone, and the request ${options.out}.`,
      );
      session.out.say(`Send ${options.out} to your authority. The key stays here.`);
    });
  withExamples(
    create,
    'csr new --subject "CN=acme-orders,O=Acme Ltd,C=SE" --key-out acme.key.pem --out acme.csr.pem',
    'csr new --subject "CN=orders" --san-dns orders.acme.example --key-type rsa2048 --key-out k.pem --out r.pem',
  );
}

async function makeRequest(options: CsrOptions): Promise<{ key: string; request: string }> {
  const wanted = parseDistinguishedName(options.subject);
  if (!wanted.parsed) throw new Failure('usage', `--subject: ${wanted.problem}`);
  const algorithm = KEY_TYPES[options.keyType];
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const names = [
    ...(options.sanDns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.sanUri ?? []).map((value) => ({ type: 'url' as const, value })),
  ];
  // RFC 4514 §2.1 writes the parts of a name in reverse of the encoding.
  const name = new x509.Name(new x509.Name(options.subject).toJSON().reverse());
  requireSameName(name, wanted.name.canonical);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name,
      keys,
      signingAlgorithm: algorithm,
      extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
    },
    webcrypto as never,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, request: `${request.toString('pem')}\n` };
}

/** What the authority will certify must be what was typed, escapes and all. */
function requireSameName(name: x509.Name, canonical: string): void {
  const encoded = parseName(new Uint8Array(name.toArrayBuffer()));
  if (!encoded.parsed || encoded.value.canonical !== canonical)
    throw new Failure('usage', '--subject: this name cannot be put into a request; use simpler values.');
}

/** Nothing is ever overwritten: it might be a key. */
function writeNew(path: string, option: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { mode, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'EEXIST' ? 'exists already; it is not overwritten' : `cannot be written: ${message}`;
    throw new Failure('error', `${option}: ${path} ${problem}.`);
  }
}
