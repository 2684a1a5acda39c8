import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  lint,
  LINTS,
  readPasted,
  type Check,
  type IntendedUse,
  type Pasted,
} from '@holdfast/certificate-insight';
import { withExamples } from './arguments.js';
import { Failure } from './failure.js';
import { readInputFile } from './input-file.js';
import type { Column } from './output.js';
import type { Session } from './session.js';

const USES = ['name', 'pin', 'anchor'] as const;
const FIELDS = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'] as const;

interface LintOptions {
  readonly for?: (typeof USES)[number];
  readonly field: (typeof FIELDS)[number];
}

const COLUMNS: readonly Column<Check>[] = [
  ['', ({ level }) => level],
  ['CODE', ({ code }) => code],
  [
    'CHECKED',
    ({ code, key }) => (key === undefined ? LINTS[code].title : `${LINTS[code].title} (keys[${key}])`),
  ],
  ['FOUND', ({ text }) => text],
  ['WHAT TO DO', ({ remedy, command }) => [remedy, command].filter((part) => part !== undefined).join(' ')],
];

/** `holdfast cert lint`: what the screens say about a certificate before it is registered, offline. */
export function addLintCommand(cert: Command, session: Session): void {
  const command = cert
    .command('lint')
    .description('whether a certificate will work for what it is meant for: exit 2 when it will not')
    .argument(
      '<file>',
      'certificates with their issuers (PEM, DER, PKCS#7), a JWK Set, or a certificate signing request',
    )
    .addOption(
      new Option(
        '--for <use>',
        'matched by name, pinned, or a trust anchor (default: "name"; of a JWK Set "pin")',
      ).choices(USES),
    )
    .addOption(
      new Option('--field <field>', 'with --for name: the field to compare')
        .choices(FIELDS)
        .default('subject_dn'),
    )
    .action(async (file: string, options: LintOptions) => {
      const { world, out } = session;
      const content = readInputFile(resolve(world.directory, file), 'FILE');
      const pasted = await readPasted(Uint8Array.from(content));
      const checks = lint(pasted, toUse(options, pasted), world.now);
      out.list(checks, COLUMNS, 'findings');
      if (checks.some(({ level }) => level === 'error' || level === 'block'))
        throw new Failure('findings', `${file} will not work for that.`);
    });
  withExamples(
    command,
    'cert lint acme.pem',
    'cert lint acme.pem --for name --field san_dns',
    'cert lint chain.p7b --for name',
    'cert lint beta.jwks.json --for pin',
    'cert lint acme.csr.pem --field san_dns',
    'cert lint ca.pem --for anchor -o json',
  );
}

function toUse({ for: asked, field }: LintOptions, { kind }: Pasted): IntendedUse {
  // The certificates of a JWK Set can only be pinned (RFC 8705 §2.2).
  const use = asked ?? (kind === 'jwks' ? 'pin' : 'name');
  if (use === 'anchor') return { mode: 'trust-anchor' };
  return use === 'pin' ? { mode: 'pin-certificate' } : { mode: 'match-by-name', field };
}
