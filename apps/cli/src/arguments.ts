import { InvalidArgumentError, Option, type Command } from 'commander';
import { PIN_MATCHES } from '@holdfast/admin-contract';
import { Failure } from './failure.js';

/** An id in the path of a URL: "", "." and ".." would lead somewhere else. */
export function parseId(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new InvalidArgumentError('It is not an id.');
  return text;
}

/** For the help of an argument that may begin like an option, as one in 64 base64url texts does. */
export const MAY_BEGIN_WITH_DASH = 'put -- before one that begins with a dash';

/** What to say below a usage error about a thumbprint or `kid` (43 characters of base64url) that was taken for options. */
export function hintAboutDashes(args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const taken = args.slice(0, end === -1 ? undefined : end).find((arg) => /^-[\w-]{42}$/.test(arg));
  return taken === undefined ? undefined : `If ${taken} is a value, put it last, after --: -- ${taken}`;
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

/** A date, which means its first moment (UTC), or an RFC 3339 instant; as an instant. */
export function parseInstant(text: string): string {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const at = new Date(text);
  if (!(isDate || /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text)) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError(
      'Give a date like 2027-03-15, or a time with its zone like 2027-03-15T12:00:00Z.',
    );
  return at.toISOString();
}

/** Commands as somebody would type them, below the help of one. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ holdfast ${example}\n`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('')}`);
}

type PinMatch = (typeof PIN_MATCHES)[number];

/** What names a credential on the command line. */
export interface CredentialOptions {
  readonly certificate?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly match?: PinMatch;
  readonly anchor?: string;
  readonly subjectDn?: string;
  readonly sanDns?: string;
  readonly sanUri?: string;
  readonly sanIp?: string;
  readonly sanEmail?: string;
}

/** The options of RFC 8705 §2.1.2, each with its client metadata. */
export const NAME_OPTIONS = {
  subjectDn: 'tls_client_auth_subject_dn',
  sanDns: 'tls_client_auth_san_dns',
  sanUri: 'tls_client_auth_san_uri',
  sanIp: 'tls_client_auth_san_ip',
  sanEmail: 'tls_client_auth_san_email',
} as const;
const NAMES = Object.keys(NAME_OPTIONS) as (keyof typeof NAME_OPTIONS)[];

/** Adds the options that name a credential. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option('--anchor <anchor>', 'trust anchor that vouches for the client (tls_client_auth)')
    .option('--subject-dn <dn>', 'subject of its certificate, RFC 4514 text')
    .option('--san-dns <name>', 'DNS name in its certificate')
    .option('--san-uri <uri>', 'URI in its certificate, exactly as there')
    .option('--san-ip <address>', 'IPv4 or IPv6 address in its certificate')
    .option('--san-email <address>', 'e-mail address in its certificate')
    .option('--certificate <file>', 'the certificate itself (self_signed_tls_client_auth)')
    .option('--jwks <file>', 'JWK Set with a certificate in each key, instead of --certificate')
    .option(
      '--jwks-uri <url>',
      'where the partner publishes such a JWK Set: its certificates then change there',
    )
    .addOption(
      new Option(
        '--match <what>',
        'what counts of it: public-key also takes one issued again for its key',
      ).choices(PIN_MATCHES),
    );
}

/** RFC 8705 §2: a certificate, a JWK Set or the address of one, or an anchor with exactly one name. Throws a Failure for anything else. */
export function requireOneCredential(options: CredentialOptions): void {
  const { certificate, jwks, jwksUri, match, anchor } = options;
  const pins = [certificate, jwks, jwksUri].filter((pin) => pin !== undefined).length;
  const names = NAMES.filter((name) => options[name] !== undefined).length;
  const mayMatch = jwksUri === undefined || match === undefined;
  const isPinned = pins === 1 && mayMatch && anchor === undefined && names === 0;
  const isNamed = pins === 0 && match === undefined && anchor !== undefined && names === 1;
  if (isPinned || isNamed) return;
  throw new Failure(
    'usage',
    'Give either --certificate or --jwks (and perhaps --match), or --jwks-uri, or --anchor with one of --subject-dn, --san-dns, --san-uri, --san-ip and --san-email.',
  );
}

/** The registered name among the options, as the client metadata of RFC 8705 §2.1.2. */
export function toNameFields(
  options: CredentialOptions,
): Partial<Record<(typeof NAME_OPTIONS)[keyof typeof NAME_OPTIONS], string>> {
  return Object.fromEntries(
    NAMES.flatMap((name) => (options[name] === undefined ? [] : [[NAME_OPTIONS[name], options[name]]])),
  );
}
