import type { Command } from 'commander';
import { showCertificate } from '@holdfast/certificate-diagnostics';
import {
  CERTIFICATE_FAULTS,
  judgeAuthority,
  judgeLeaf,
  type Certificate,
} from '@holdfast/certificate-validation';
import { withExamples } from './arguments.js';
import { addJudgeCommand } from './cert-judge.js';
import { addLintCommand } from './cert-lint.js';
import { Failure } from './failure.js';
import { inspectCertificates, problemOf } from './input-file.js';
import { toRecord } from './output.js';
import type { Session } from './session.js';

/** `holdfast cert inspect | lint | judge`: offline, without a stack. */
export function addCertCommands(program: Command, session: Session): void {
  const cert = program.command('cert').description('look at certificates, offline');
  const inspect = cert
    .command('inspect')
    .description('what a certificate file says, and what is wrong with it: exit 2 when something is')
    .argument('<file>', 'PEM or DER; issuers may stand in the same file')
    .action((file: string) => {
      const upload = inspectCertificates(file, 'FILE', session.world);
      if (!upload.read) throw new Failure('findings', problemOf(upload, file));
      const shown = upload.certificates.map((certificate, index) => ({
        ...showCertificate(certificate),
        problem: problemWith(certificate, index, session.world.now),
      }));
      session.out.data(shown, () => shown.map(toRecord).join('\n'));
      const problems = shown.flatMap(({ subject, problem }) =>
        problem === null ? [] : [`${subject}: ${problem}`],
      );
      if (problems.length > 0) throw new Failure('findings', `${file} cannot be used as it is.`, problems);
    });
  addLintCommand(cert, session);
  addJudgeCommand(cert, session);
  withExamples(
    inspect,
    'cert inspect acme.pem',
    'cert inspect ca.pem -o json',
    'cert inspect /dev/stdin < acme.pem',
  );
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
