import { InvalidArgumentError, type Command } from 'commander';
import { Failure } from './failure.js';

/** An id in the path of a URL: "", "." and ".." would lead somewhere else. */
export function parseId(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new InvalidArgumentError('It is not an id.');
  return text;
}

/** An option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** How many entries of a list to show. */
export function parseLimit(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a positive number.');
  return Number(text);
}

/** Commands as somebody would type them, below the help of one. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ holdfast ${example}\n`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('')}`);
}

/** What names a credential on the command line. */
export interface CredentialOptions {
  readonly certificate?: string;
  readonly anchor?: string;
  readonly subjectDn?: string;
  readonly sanDns?: string;
}

/** Adds the options that name a credential. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option('--anchor <anchor>', 'trust anchor that vouches for the client (tls_client_auth)')
    .option('--subject-dn <dn>', 'subject of its certificate, RFC 4514 text')
    .option('--san-dns <name>', 'DNS name in its certificate')
    .option('--certificate <file>', 'the certificate itself (self_signed_tls_client_auth)');
}

/** RFC 8705 §2: a certificate, or an anchor with exactly one name. Throws a Failure for anything else. */
export function requireOneCredential({ certificate, anchor, subjectDn, sanDns }: CredentialOptions): void {
  const names = [subjectDn, sanDns].filter((name) => name !== undefined).length;
  const isPinned = certificate !== undefined && anchor === undefined && names === 0;
  const isNamed = certificate === undefined && anchor !== undefined && names === 1;
  if (isPinned || isNamed) return;
  throw new Failure(
    'usage',
    'Give either --certificate, or --anchor with one of --subject-dn and --san-dns.',
  );
}
