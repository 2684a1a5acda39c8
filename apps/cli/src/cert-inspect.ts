import { resolve } from 'node:path';
import type { Command } from 'commander';
import { showCertificate } from '@holdfast/certificate-diagnostics';
import {
  lint,
  readPasted,
  type Check,
  type DecodedRequest,
  type Pasted,
  type PastedKeySet,
} from '@holdfast/certificate-insight';
import {
  CERTIFICATE_FAULTS,
  judgeAuthority,
  judgeLeaf,
  parseCertificate,
  type Certificate,
} from '@holdfast/certificate-validation';
import { withExamples } from './arguments.js';
import { Failure } from './failure.js';
import { inspectCertificates, problemOf, readInputFile } from './input-file.js';
import { toRecord } from './output.js';
import type { Session } from './session.js';
import type { World } from './world.js';

/** One thing in the file as it is shown, and what is wrong with it, if something is. */
type Shown = Readonly<Record<string, unknown>> & { readonly problem: string | null };

/** `holdfast cert inspect`: what a file says, whichever of the kinds that have to do with certificates it is. */
export function addInspectCommand(cert: Command, session: Session): void {
  const inspect = cert
    .command('inspect')
    .description('what a certificate file says, and what is wrong with it: exit 2 when something is')
    .argument(
      '<file>',
      'certificates with their issuers (PEM, DER, PKCS#7), a JWK Set, or a certificate signing request',
    )
    .action(async (file: string) => {
      const shown = await show(file, session);
      session.out.data(shown, () => shown.map(toRecord).join('\n'));
      const problems = shown.flatMap(({ problem, ...one }) =>
        problem === null ? [] : [`${nameOf(one)}: ${problem}`],
      );
      if (problems.length > 0) throw new Failure('findings', `${file} cannot be used as it is.`, problems);
    });
  withExamples(
    inspect,
    'cert inspect acme.pem',
    'cert inspect chain.p7b',
    'cert inspect beta.jwks.json -o json',
    'cert inspect acme.csr.pem',
    'cert inspect /dev/stdin < acme.pem',
  );
}

const nameOf = ({ subject, jwk }: Readonly<Record<string, unknown>>): string =>
  typeof subject === 'string' ? subject : `keys[${String(jwk)}]`;

async function show(file: string, { world, out }: Session): Promise<Shown[]> {
  const content = readInputFile(resolve(world.directory, file), 'FILE');
  const pasted = await readPasted(Uint8Array.from(content));
  // What is asked of a client's own certificate, whichever way it will be recognised.
  const checks = lint(pasted, { mode: 'pin-certificate' }, world.now);
  if (pasted.kind === 'request') {
    checks
      .filter(({ code }) => code === 'IS_REQUEST')
      .forEach(({ text, remedy }) => out.say(`${text} ${remedy}`));
    return [showRequest(pasted.request, checks)];
  }
  return pasted.kind === 'jwks' ? showKeys(pasted, checks) : showCertificates(file, world, pasted);
}

const problemIn = (checks: readonly Check[]): string | null =>
  checks.find(({ level }) => level === 'error')?.text ?? null;

function showRequest(request: DecodedRequest, checks: readonly Check[]): Shown {
  const { subject, san, key, signature, isCa, keyUsage, extendedKeyUsage, possession } = request;
  return {
    kind: 'request',
    subject: subject.text,
    names: [
      ...san.dns.map((name) => `DNS:${name}`),
      ...san.ip.map((address) => `IP:${address}`),
      ...san.uri.map((uri) => `URI:${uri}`),
      ...san.email.map((address) => `email:${address}`),
    ],
    key: key.name,
    signature: signature.name,
    possession,
    authority: isCa,
    key_usage: keyUsage ?? null,
    extended_key_usage: extendedKeyUsage ?? null,
    problem: problemIn(checks),
  };
}

function showKeys({ keys }: PastedKeySet, checks: readonly Check[]): Shown[] {
  return keys.map(({ index, kid, use, alg, key, chain }) => {
    const parsed = chain && parseCertificate(chain[0].der);
    const fault = parsed?.parsed === false ? CERTIFICATE_FAULTS[parsed.fault] : null;
    return {
      kind: 'jwk',
      jwk: index,
      kid: kid ?? null,
      use: use ?? null,
      alg: alg ?? null,
      ...(parsed?.parsed === true ? showCertificate(parsed.certificate) : { key: key.name }),
      problem: problemIn(checks.filter((check) => check.key === index)) ?? fault,
    };
  });
}

function showCertificates(file: string, world: World, pasted: Pasted): Shown[] {
  const upload = inspectCertificates(file, 'FILE', world);
  if (!upload.read) throw new Failure('findings', explained(problemOf(upload, file), pasted));
  return upload.certificates.map((certificate, index) => ({
    ...showCertificate(certificate),
    problem: problemWith(certificate, index, world.now),
  }));
}

/** The reader of the screens knows more kinds of content, and what to do about each. */
function explained(problem: string, pasted: Pasted): string {
  if (pasted.kind !== 'refused') return problem;
  const [{ code, text, remedy, command }] = pasted.checks;
  if (code !== 'NOT_A_CERTIFICATE') return problem;
  return [problem, text, remedy, command].filter((part) => part !== undefined).join(' ');
}

/**
 * An authority is sound as an anchor or, since openssl makes self-signed ones so, as a pinned certificate (RFC 8705
 * §2.2); whatever stands above the first certificate has to be an authority.
 */
function problemWith(certificate: Certificate, index: number, now: Date): string | null {
  const asAuthority = judgeAuthority(certificate, now);
  const asLeaf = judgeLeaf(certificate, now);
  const mayBeLeaf = index === 0;
  if ((mayBeLeaf && asLeaf.sound) || ((certificate.isCa || !mayBeLeaf) && asAuthority.sound)) return null;
  const verdict = mayBeLeaf && !certificate.isCa ? asLeaf : asAuthority;
  return verdict.sound ? null : CERTIFICATE_FAULTS[verdict.fault];
}
