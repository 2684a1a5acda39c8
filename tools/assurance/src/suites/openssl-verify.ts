import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../program.js';

/** A path case of public test vectors, as far as OpenSSL's command line can be told about it. */
export interface PathCase {
  readonly id: string;
  readonly tier: string;
  readonly layer: string;
  readonly leaf: string;
  readonly intermediates: readonly string[];
  readonly roots: readonly string[];
  readonly crls: readonly string[];
  readonly time: string | null;
  readonly purpose: string | null;
  readonly key_purpose?: string;
  readonly names: readonly { readonly kind: string; readonly value: string }[];
  readonly max_depth: number | null;
  readonly require_crl?: boolean;
  readonly policy?: {
    readonly initial: readonly string[] | null;
    readonly explicit: boolean;
    readonly inhibit_mapping: boolean;
    readonly inhibit_any: boolean;
  };
}

/** What `openssl verify -x509_strict -partial_chain -auth_level 2` says about a path case. */
export async function verifyWithOpenssl(found: PathCase): Promise<'accept' | 'reject'> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-suites-'));
  try {
    const write = async (name: string, ders: readonly string[], label = 'CERTIFICATE'): Promise<string> => {
      const path = join(directory, name);
      await writeFile(path, ders.map((der) => toPem(der, label)).join(''));
      return path;
    };
    const [leaf, bag, roots, crls] = await Promise.all([
      write('leaf.pem', [found.leaf]),
      write('bag.pem', found.intermediates),
      write('roots.pem', found.roots),
      write('crls.pem', found.crls, 'X509 CRL'),
    ]);
    const files = ['-CAfile', roots, ...(found.intermediates.length > 0 ? ['-untrusted', bag] : [])];
    const revocation =
      found.crls.length > 0 ? ['-CRLfile', crls, '-crl_check_all', '-extended_crl', '-use_deltas'] : [];
    const strict = ['-x509_strict', '-partial_chain', '-auth_level', '2', '-no-CApath', '-no-CAstore'];
    const args = ['verify', ...strict, ...files, ...revocation, ...optionsOf(found), leaf];
    const { exitCode } = await runProgram('openssl', args);
    return exitCode === 0 ? 'accept' : 'reject';
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function optionsOf(found: PathCase): string[] {
  const { time, max_depth: depth, names, layer } = found;
  return [
    ...(time === null ? [] : ['-attime', String(Math.floor(Date.parse(time) / 1000))]),
    ...(depth === null ? [] : ['-verify_depth', String(depth)]),
    ...purposeOf(found),
    ...policyOf(found),
    ...(layer === 'path+name' ? names.flatMap(({ kind, value }) => [NAME_OPTIONS[kind]!, value]) : []),
  ];
}

const NAME_OPTIONS: Readonly<Record<string, string>> = {
  DNS: '-verify_hostname',
  IP: '-verify_ip',
  RFC822: '-verify_email',
};

function purposeOf({ purpose, key_purpose: keyPurpose }: PathCase): string[] {
  if (purpose === 'clientAuth' || keyPurpose?.startsWith('CLIENT_AUTH')) return ['-purpose', 'sslclient'];
  if (keyPurpose === 'ANY_EKU' || purpose === null) return ['-purpose', 'any'];
  return ['-purpose', 'sslserver'];
}

function policyOf({ policy }: PathCase): string[] {
  if (policy === undefined) return [];
  const { initial, explicit, inhibit_mapping: mapping, inhibit_any: any } = policy;
  const names = (initial ?? []).flatMap((name) => [
    '-policy',
    name.replace('NIST-test-policy-', '2.16.840.1.101.3.2.1.48.'),
  ]);
  const flags = [explicit && '-explicit_policy', mapping && '-inhibit_map', any && '-inhibit_any'];
  return ['-policy_check', ...names, ...flags.filter((flag) => flag !== false)];
}

function toPem(der: string, label: string): string {
  return `-----BEGIN ${label}-----\n${der.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;
}
