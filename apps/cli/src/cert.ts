import type { Command } from 'commander';
import { addInspectCommand } from './cert-inspect.js';
import { addJudgeCommand } from './cert-judge.js';
import { addLintCommand } from './cert-lint.js';
import type { Session } from './session.js';

/** `holdfast cert inspect | lint | judge`: offline, without a stack. */
export function addCertCommands(program: Command, session: Session): void {
  const cert = program.command('cert').description('look at certificates, offline');
  addInspectCommand(cert, session);
  addLintCommand(cert, session);
  addJudgeCommand(cert, session);
}
