import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  lint,
  LINTS,
  readPastedCertificate,
  type Check,
  type IntendedUse,
} from '@holdfast/certificate-insight';
import { withExamples } from './arguments.js';
import { Failure } from './failure.js';
import { readInputFile } from './input-file.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const USES = ['name', 'pin', 'anchor'] as const;
const FIELDS = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'] as const;

interface LintOptions {
  readonly for: (typeof USES)[number];
  readonly field: (typeof FIELDS)[number];
}

const COLUMNS: readonly Column<Check>[] = [
  ['', ({ level }) => level],
  ['CODE', ({ code }) => code],
  ['CHECKED', ({ code }) => LINTS[code].title],
  ['FOUND', ({ text }) => text],
  ['WHAT TO DO', ({ remedy, command }) => [remedy, command].filter((part) => part !== undefined).join(' ')],
];

/** `holdfast cert lint`: what the screens say about a certificate before it is registered, offline. */
export function addLintCommand(cert: Command, session: Session): void {
  const command = cert
    .command('lint')
    .description('whether a certificate will work for what it is meant for: exit 2 when it will not')
    .argument('<file>', 'PEM or DER; issuers may stand in the same file')
    .addOption(
      new Option('--for <use>', 'matched by name, pinned, or a trust anchor').choices(USES).default('name'),
    )
    .addOption(
      new Option('--field <field>', 'with --for name: the field to compare')
        .choices(FIELDS)
        .default('subject_dn'),
    )
    .action(async (file: string, options: LintOptions) => {
      const { world, out } = session;
      const content = readInputFile(resolve(world.directory, file), 'FILE');
      const insight = await readPastedCertificate(Uint8Array.from(content));
      const checks = lint(insight, toUse(options), world.now);
      out.list(checks, COLUMNS, 'findings');
      if (checks.some(({ level }) => level === 'error' || level === 'block'))
        throw new Failure('findings', `${file} will not work for that.`);
    });
  withExamples(
    command,
    'cert lint acme.pem',
    'cert lint acme.pem --for name --field san_dns',
    'cert lint acme.pem --for pin',
    'cert lint ca.pem --for anchor -o json',
  );
}

function toUse({ for: use, field }: LintOptions): IntendedUse {
  if (use === 'anchor') return { mode: 'trust-anchor' };
  return use === 'pin' ? { mode: 'pin-certificate' } : { mode: 'match-by-name', field };
}
